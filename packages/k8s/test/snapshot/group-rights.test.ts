import type { KeptRef } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import type { Cluster } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { csiSnapshotter } from '../../src/snapshot/csi-snapshotter.ts'
import { forbidden } from '../fake-cluster.ts'
import { GROUPS, groupWorld } from '../group-world.ts'
import { options, refsOf, RUN, said, settings, store } from './group-refs.ts'

it('removes other points when groups may not be changed, and says which rights are missing', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const [first] = refs
  const snapshotter = csiSnapshotter(there.process(), settings)
  await snapshotter.takeTogether?.(refs, options)
  const member = await snapshotter.keeps?.keep(first, options)
  const ref: KeptRef = {
    id: `${RUN}-s3`,
    runId: RUN,
    target: first.target,
    source: first.source,
    token: first.token,
    keep: first.keep,
  }
  await snapshotter.take(ref, options)
  const alone = await snapshotter.keeps?.keep(ref, options)
  if (member === undefined || alone === undefined) throw new Error('nothing is kept')
  const poor: Cluster = {
    ...there.process(),
    missing: async (_namespace, wanted) => wanted.filter(({ group }) => group === 'groupsnapshot.storage.k8s.io'),
    get: async (kind, at, call) => {
      if (kind.plural === GROUPS.plural) throw forbidden({ verb: 'get', kind, ...at })
      return there.process().get(kind, at, call)
    },
  }
  const points = [member.point, alone.point]
  const kept = (): number =>
    there.fake
      .all(KINDS.volumeSnapshot)
      .filter(({ metadata }) => metadata.labels?.['salvage-kit.io/kept'] !== undefined).length
  expect(kept()).toBe(2)
  await expect(csiSnapshotter(poor, settings).keeps?.points.remove(points, store, options)).rejects.toMatchObject({
    code: 'CSI.RIGHTS',
    hint: expect.stringContaining('volumegroupsnapshots'),
  })
  expect(kept()).toBe(1)
  // Where the API serves no groups any more a snapshot goes alone, whatever its owners are.
  const without: Cluster = { ...there.process(), served: async () => undefined }
  for (const one of there.fake.all(KINDS.volumeSnapshot))
    there.fake.put(KINDS.volumeSnapshot, { ...one, metadata: { ...one.metadata, finalizers: [] } })
  await csiSnapshotter(without, settings).keeps?.points.remove(points, store, options)
  expect(kept()).toBe(0)
})

it('is cut for itself where the class is of another driver, or the driver of the claim is not known', async () => {
  const there = groupWorld()
  const [one] = there.sources
  const claim = there.fake.all(KINDS.claim).find(({ metadata }) => metadata.name === one.name)
  if (claim === undefined) throw new Error('no claim')
  const spec = { storageClassName: 'gone', resources: { requests: { storage: '1Gi' } } }
  there.fake.put(KINDS.claim, { ...claim, spec })
  expect(await said(there.process(), one)).toBeUndefined()
  there.fake.put(KINDS.claim, {
    ...claim,
    spec,
    metadata: { ...claim.metadata, annotations: { 'volume.kubernetes.io/storage-provisioner': 'one' } },
  })
  expect(await said(there.process(), one)).toContain('groups')
})
