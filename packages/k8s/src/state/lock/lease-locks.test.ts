import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeCluster } from '../../../test/fake-cluster.ts'
import type { FakeCluster } from '../../../test/fake-cluster.ts'
import { cutOff } from '../../../test/state-contract.ts'
import type { Cluster } from '../../client/cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import { lease } from '../lease/schema.ts'
import { leaseLocks } from './lease-locks.ts'
import type { LockWait } from './lease-locks.ts'

const SETTINGS = { namespace: 'backup', name: 'salvage-kit', leaseSeconds: 1, renewMs: 100, patienceMs: 2000 }
const AT = { namespace: 'backup', name: 'salvage-kit-locks' }
const options = { signal: new AbortController().signal }

let cluster: FakeCluster

beforeEach(() => {
  cluster = fakeCluster('backup')
})

/** A run of a process that is gone. */
async function deadRun(runId: string, keys: readonly string[], skewMs = 0): Promise<void> {
  const cable = cutOff(ofAnotherTime(cluster, skewMs))
  await leaseLocks(cable.cluster, SETTINGS).acquire(runId, keys)
  cable.cut()
}

function holders(): readonly string[] {
  return cluster.all(KINDS.lease).map((one) => lease.parse(one).holder)
}

/** As a process writes to it whose clock is wrong. */
function ofAnotherTime(right: Cluster, skewMs: number): Cluster {
  const wrong = <Part>(part: Part): Part =>
    JSON.parse(
      JSON.stringify(part).replaceAll(/"((?:renew|acquire)Time)":"([^"]*)"/g, (_all, key: string, time: string) =>
        JSON.stringify({ [key]: new Date(Date.parse(time) + skewMs).toISOString() }).slice(1, -1),
      ),
    )
  return {
    ...right,
    create: async (kind, manifest, call) => right.create(kind, wrong(manifest), call),
    patch: async (kind, at, change, call) => right.patch(kind, at, wrong(change), call),
  }
}

describe('leases', () => {
  test('one for each process, freed with its last run and used again by the next, never removed', async () => {
    const one = leaseLocks(cluster, SETTINGS)
    const first = await one.acquire('run-1', ['a'])
    const second = await one.acquire('run-2', ['b'])
    expect(holders()).toHaveLength(1)
    await first[Symbol.asyncDispose]()
    expect(holders()).toEqual([expect.any(String)])
    await second[Symbol.asyncDispose]()
    expect(holders()).toEqual([''])
    {
      await using held = new AsyncDisposableStack()
      held.use(await leaseLocks(cluster, SETTINGS).acquire('run-3', ['a']))
      expect(holders()).toHaveLength(1)
      held.use(await leaseLocks(cluster, SETTINGS).acquire('run-4', ['b']))
      expect(holders()).toHaveLength(2)
    }
    expect(holders()).toEqual(['', ''])
    expect(cluster.calls.map(({ verb }) => verb)).not.toContain('remove')
    expect(cluster.all(KINDS.lease).map(({ spec }) => spec)).toContainEqual(
      expect.objectContaining({ leaseDurationSeconds: 1, leaseTransitions: 1 }),
    )
  })

  test('of dead processes are freed by one that works, though nobody asks for their runs', async () => {
    await deadRun('run-1', ['a'])
    await using _held = await leaseLocks(cluster, SETTINGS).acquire('run-2', ['b'])
    expect(holders()).toHaveLength(2)
    await vi.waitFor(() => expect(holders().filter((holder) => holder === '')).toHaveLength(1), {
      timeout: 5000,
    })
  })

  test('are not asked about when nobody holds what is wanted', async () => {
    await using _held = await leaseLocks(cluster, SETTINGS).acquire('run-1', ['a'])
    expect(cluster.calls.map(({ verb, kind }) => `${verb} ${kind.kind}`).slice(0, 5)).toEqual([
      'list Lease',
      'create Lease',
      'list Lease',
      'get ConfigMap',
      'create ConfigMap',
    ])
  })
})

describe('the dead and the living', () => {
  test.each([
    ['a day behind', -86_400_000],
    ['a day ahead', 86_400_000],
  ])('are told apart whatever their clocks say: %s', async (_what, skewMs) => {
    await deadRun('dead', ['a'], skewMs)
    await using _held = await leaseLocks(ofAnotherTime(cluster, skewMs), SETTINGS).acquire('living', ['b'])
    const locks = leaseLocks(cluster, SETTINGS)
    await expect(locks.acquire('run-1', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    await using taken = await locks.acquire('run-1', ['a'])
    expect(taken.runId).toBe('run-1')
  })

  test('whoever is waited for is told, and only when it takes a while', async () => {
    const waits: LockWait[] = []
    const locks = leaseLocks(cluster, { ...SETTINGS, onWait: (wait) => void waits.push(wait) })
    await using _held = await leaseLocks(cluster, SETTINGS).acquire('living', ['b'])
    await expect(locks.acquire('run-1', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    expect(waits).toEqual([])
    await deadRun('dead', ['a'])
    await using _taken = await locks.acquire('run-1', ['a'])
    const told = { runId: 'dead', host: hostname(), pid: process.pid, since: expect.any(String), atMostMs: 1000 }
    expect(waits).toEqual([told])
  })

  test('of two who adopt a dead run at once one gets it', async () => {
    await deadRun('dead', ['a'])
    const both = await Promise.all(
      [leaseLocks(cluster, SETTINGS), leaseLocks(cluster, SETTINGS)].map((one) => one.adopt('dead')),
    )
    expect(both.filter((lock) => lock !== undefined)).toHaveLength(1)
    for (const lock of both) await lock?.[Symbol.asyncDispose]()
  })

  test('the keys of a dead run of which one is taken stay together for whoever adopts it', async () => {
    await deadRun('dead', ['a', 'b'])
    const locks = leaseLocks(cluster, SETTINGS)
    await using held = new AsyncDisposableStack()
    held.use(await locks.acquire('run-1', ['a']))
    const adopted = await locks.adopt('dead')
    expect(adopted).toBeDefined()
    await expect(locks.acquire('run-2', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    await adopted?.[Symbol.asyncDispose]()
    held.use(await locks.acquire('run-2', ['b']))
  })
})

describe('refuses', () => {
  test.each(['../escape', '', 'a/b', '.hidden', 'a\nb', 'x'.repeat(300)])('the run id %j', async (runId) => {
    const locks = leaseLocks(cluster, SETTINGS)
    await expect(locks.acquire(runId, [])).rejects.toMatchObject({ code: 'LOCK.RUN_ID' })
    await expect(locks.adopt(runId)).rejects.toMatchObject({ code: 'LOCK.RUN_ID' })
    expect(cluster.calls).toEqual([])
  })

  test.each<[string, Record<string, string>, string]>([
    ['a later version', { format: 'salvage-kit locks 2' }, 'LOCK.VERSION'],
    ['a map of somebody else', { a: 'b' }, 'LOCK.UNREADABLE'],
    ['a run that cannot be understood', { format: 'salvage-kit locks 1', 'run.a': '{}' }, 'LOCK.UNREADABLE'],
  ])('%s, and holds nothing then', async (_what, data, code) => {
    const before = cluster.put(KINDS.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: AT, data })
    await expect(leaseLocks(cluster, SETTINGS).acquire('run-1', ['a'])).rejects.toMatchObject({ code })
    expect(cluster.all(KINDS.configMap)).toEqual([before])
    expect(holders()).toEqual([''])
  })

  test('more keys than fit, before they are sent', async () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `k8s:namespace/deployment/with-a-long-name-${String(at)}`)
    await expect(leaseLocks(cluster, SETTINGS).acquire('run-1', keys)).rejects.toMatchObject({ code: 'LOCK.FULL' })
    const most = leaseLocks(cluster, SETTINGS).acquire('run-1', keys.slice(0, 15_000))
    await (await most)[Symbol.asyncDispose]()
  })
})

test('a lost answer of a taking is found out: it is no run that goes on elsewhere', async () => {
  const locks = leaseLocks(cluster, SETTINGS)
  await using _first = await locks.acquire('run-0', ['z'])
  let times = 0
  cluster.after = ({ kind }) => {
    if (kind !== KINDS.configMap) return
    times += 1
    if (times === 1)
      throw Object.assign(new Error('no answer'), { name: 'SalvageError', code: 'K8S.UNREACHABLE', retryable: true })
  }
  await using lock = await locks.acquire('run-1', ['a'])
  expect(lock.runId).toBe('run-1')
  expect(times).toBe(1)
})

test('a process that only held its lock for a moment renews nothing any more', async () => {
  const lock = await leaseLocks(cluster, SETTINGS).acquire('run-1', ['a'])
  await lock[Symbol.asyncDispose]()
  const calls = cluster.calls.length
  await sleep(400)
  expect(cluster.calls).toHaveLength(calls)
  expect(await cluster.get(KINDS.configMap, AT, options)).toMatchObject({ data: { format: 'salvage-kit locks 1' } })
})
