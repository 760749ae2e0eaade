import { expect, it } from 'vitest'
import { claimProvisioner } from '../../src/provision/claim-provisioner.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { claimOf } from '../../src/snapshot/claim-of.ts'
import { claimWorld, RUN } from './world.ts'

const options = { signal: new AbortController().signal }

it('a snapshot does not become a claim of another namespace, and the error says what does', async () => {
  const world = claimWorld()
  const provisioner = claimProvisioner(world.cluster)
  await expect(provisioner.prepareFrom?.('k8s:other/data', world.from('csi'), RUN, options)).rejects.toMatchObject({
    code: 'RESTORE.UNREADABLE',
    why: expect.stringContaining('its own namespace'),
    hint: expect.stringContaining('crane Job'),
    untouched: true,
  })
  expect(world.cluster.calls).toEqual([])
})

it('an archive goes into a claim of another namespace that is made like the one that was backed up', async () => {
  const world = claimWorld({ spec: { resources: { requests: { storage: '7Gi' } } } })
  const provisioner = claimProvisioner(world.cluster)
  const from = world.from('archive')
  expect(await provisioner.prepareFrom?.('k8s:other/data', from, RUN, options)).toBeUndefined()
  const token = await provisioner.prepare('k8s:other/data', RUN, { ...options, from })
  const place = claimOf(await provisioner.create(token, options))
  expect(place).toMatchObject({ namespace: 'other', name: 'data' })
  const made = world.cluster.all(KINDS.claim).find(({ metadata }) => metadata.namespace === 'other')
  expect(made?.spec).toEqual({
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'fast',
    volumeMode: 'Filesystem',
    resources: { requests: { storage: '7Gi' } },
  })
})
