import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeCluster } from '../../../test/fake-cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import { kubernetes } from '../../kubernetes.ts'

const options = { signal: new AbortController().signal }
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-slots-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('work on claims is counted, by files of the node, and no other work', async () => {
  const cluster = fakeCluster('shop')
  const { slot } = kubernetes(cluster, { slot: { directory, count: 1, timeoutMs: 0 } })
  expect(await slot?.(['dir:/srv'], options)).toBeUndefined()
  {
    await using held = await slot?.(['dir:/srv', 'k8s:shop/data'], options)
    expect(held?.name).toBe(join(directory, '1.lock'))
    await expect(slot?.(['k8s:shop/other'], options)).rejects.toMatchObject({ code: 'LOCK.SLOTS_TAKEN' })
  }
  await using again = await slot?.(['k8s:shop/other'], options)
  expect(again?.name).toBe(join(directory, '1.lock'))
  expect(cluster.calls).toEqual([])
})

test('or by Leases of the cluster', async () => {
  const cluster = fakeCluster('shop')
  const { slot } = kubernetes(cluster, { slot: { namespace: 'backup', name: 'slot', count: 1, timeoutMs: 0 } })
  await using held = await slot?.(['k8s:shop/data'], options)
  expect(held?.name).toBe('backup/slot-1')
  expect(cluster.all(KINDS.lease).map(({ metadata }) => metadata.name)).toEqual(['slot-1'])
  await expect(slot?.(['k8s:shop/data'], options)).rejects.toMatchObject({ code: 'LOCK.SLOTS_TAKEN' })
})

test('nobody is counted where nobody asked for it', () => {
  expect(kubernetes(fakeCluster('shop')).slot).toBeUndefined()
})
