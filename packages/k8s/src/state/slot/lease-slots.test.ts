import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { fakeCluster } from '../../../test/fake-cluster.ts'
import type { FakeCluster } from '../../../test/fake-cluster.ts'
import { cutOff } from '../../../test/state-contract.ts'
import { KINDS } from '../../resource/kind.ts'
import { leaseSlot } from './lease-slots.ts'

const SETTINGS = { namespace: 'backup', name: 'dumps', count: 2, timeoutMs: 0, leaseSeconds: 1, renewMs: 100 }
const options = { signal: new AbortController().signal }

let cluster: FakeCluster

beforeEach(() => {
  cluster = fakeCluster('backup')
})

test('as many as there are slots get one, and the next when one is free', async () => {
  await using held = new AsyncDisposableStack()
  const one = await leaseSlot(cluster, SETTINGS, options)
  const two = held.use(await leaseSlot(cluster, SETTINGS, options))
  expect([one.name, two.name].toSorted()).toEqual(['backup/dumps-1', 'backup/dumps-2'])
  await expect(leaseSlot(cluster, SETTINGS, options)).rejects.toMatchObject({
    code: 'LOCK.SLOTS_TAKEN',
    retryable: true,
    message: expect.stringContaining('backup/dumps'),
  })
  const waiting = leaseSlot(cluster, { ...SETTINGS, timeoutMs: 10_000 }, options)
  // Longer than a lease stands: the living keep theirs.
  await sleep(1500)
  expect(two.lost?.aborted).toBe(false)
  await one[Symbol.asyncDispose]()
  expect(held.use(await waiting).name).toBe(one.name)
})

test('at once and many: none is given twice', async () => {
  await using held = new AsyncDisposableStack()
  const wanted = await Promise.allSettled(
    Array.from({ length: 6 }, async () =>
      held.use(await leaseSlot(cluster, { ...SETTINGS, count: 4, timeoutMs: 1 }, options)),
    ),
  )
  const names = wanted.flatMap((one) => (one.status === 'fulfilled' ? [one.value.name] : []))
  expect(new Set(names).size).toBe(names.length)
  expect(cluster.all(KINDS.lease)).toHaveLength(4)
  expect(names).toHaveLength(4)
})

test('that of a dead process is given to another, and lost for it when it was only cut off', async () => {
  const cable = cutOff(cluster)
  const dead = await leaseSlot(cable.cluster, { ...SETTINGS, count: 1 }, options)
  cable.cut()
  await using slot = await leaseSlot(cluster, { ...SETTINGS, count: 1, timeoutMs: 10_000 }, options)
  expect(slot.name).toBe(dead.name)
  cable.mend()
  await expect.poll(() => dead.lost?.aborted).toBe(true)
  await dead[Symbol.asyncDispose]()
  await sleep(300)
  expect(slot.lost?.aborted).toBe(false)
})

test.each([0, -1, 1.5])('refuses a count of %d', async (count) => {
  await expect(leaseSlot(cluster, { ...SETTINGS, count }, options)).rejects.toMatchObject({ code: 'LOCK.SLOTS' })
})
