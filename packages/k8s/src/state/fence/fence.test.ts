import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { NewEntry } from '@salvage-kit/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { fakeCluster } from '../../../test/fake-cluster.ts'
import type { FakeCluster } from '../../../test/fake-cluster.ts'
import { cutOff } from '../../../test/state-contract.ts'
import type { Cable } from '../../../test/state-contract.ts'
import { KINDS } from '../../resource/kind.ts'
import { clusterState } from '../cluster-state.ts'
import type { ClusterState } from '../cluster-state.ts'

const SETTINGS = { namespace: 'backup', name: 'salvage-kit', leaseSeconds: 1, renewMs: 100, patienceMs: 500 }
const ENTRY: NewEntry = { runId: 'run-1', order: 0, undo: { kind: 'swap', target: 'dir:/x', token: 'x' } }
const JOB = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'backup', name: 'a' }, spec: {} }
const options = { signal: new AbortController().signal }

let cluster: FakeCluster
let cable: Cable
/** Of a pod that may be cut off, and of another one. */
let mine: ClusterState
let theirs: ClusterState

beforeEach(() => {
  cluster = fakeCluster('backup')
  cable = cutOff(cluster)
  mine = clusterState(cable.cluster, SETTINGS)
  theirs = clusterState(cluster, SETTINGS)
})

async function refused(state: ClusterState, code: string): Promise<void> {
  await expect(state.journal.open([ENTRY])).rejects.toMatchObject({ code })
  const { metadata } = JOB
  await expect(state.cluster.create(KINDS.job, JOB, options)).rejects.toMatchObject({ code })
  await expect(state.cluster.patch(KINDS.job, metadata, { type: 'merge', body: {} }, options)).rejects.toMatchObject({
    code,
  })
  await expect(state.cluster.remove(KINDS.job, metadata, options)).rejects.toMatchObject({ code })
  await expect(state.cluster.apply(KINDS.job, JOB, options)).rejects.toMatchObject({ code })
  const request = { namespace: 'backup', pod: 'p', container: 'c', command: ['true'] }
  await expect(state.cluster.exec(request, options)).rejects.toMatchObject({ code })
}

describe('a pod that was only cut off', () => {
  test('hears when it comes back that it was taken over, and changes nothing any more', async () => {
    await using lock = await mine.locks.acquire('run-1', ['a'])
    const [entry] = await mine.journal.open([ENTRY])
    cable.cut()
    await using adopted = await theirs.locks.adopt('run-1')
    expect(adopted?.runId).toBe('run-1')
    expect(await theirs.journal.pending('run-1')).toEqual([entry])
    cable.mend()
    // Whichever comes first: the effect, or the renewal that tells it.
    await refused(mine, 'LOCK.LOST')
    expect(lock.lost?.aborted).toBe(true)
    expect(lock.lost?.reason).toMatchObject({ code: 'LOCK.LOST' })
    expect(cluster.all(KINDS.job)).toEqual([])
    expect(await theirs.journal.pending()).toEqual([entry])
  })

  test('can work again after it has let its lost runs go', async () => {
    const lock = await mine.locks.acquire('run-1', ['a'])
    cable.cut()
    {
      await using adopted = await theirs.locks.adopt('run-1')
      expect(adopted).toBeDefined()
    }
    cable.mend()
    await expect(mine.journal.open([ENTRY])).rejects.toMatchObject({ code: 'LOCK.LOST' })
    await lock[Symbol.asyncDispose]()
    await using _again = await mine.locks.acquire('run-2', ['a'])
    expect(await mine.journal.open([{ ...ENTRY, runId: 'run-2' }])).toHaveLength(1)
    await mine.cluster.create(KINDS.job, JOB, options)
  })

  test('does nothing while nobody knows, and goes on when nobody took it over', async () => {
    await using lock = await mine.locks.acquire('run-1', ['a'])
    cable.cut()
    await sleep(1100)
    const impatient = { signal: AbortSignal.timeout(50) }
    await expect(mine.cluster.create(KINDS.job, JOB, impatient)).rejects.toMatchObject({ code: 'LOCK.UNSURE' })
    expect(cluster.all(KINDS.job)).toEqual([])
    cable.mend()
    await mine.cluster.create(KINDS.job, JOB, options)
    expect(await mine.journal.open([ENTRY])).toHaveLength(1)
    expect(lock.lost?.aborted).toBe(false)
  })

  test('has a call that is on its way ended before others may take over', async () => {
    await using _lock = await mine.locks.acquire('run-1', ['a'])
    const order: string[] = []
    cable.cut()
    const taking = theirs.locks.adopt('run-1').finally(() => order.push('taken over'))
    const call = mine.cluster.create(KINDS.job, JOB, options).finally(() => order.push('ended'))
    await expect(call).rejects.toMatchObject({ code: 'LOCK.UNSURE', retryable: true })
    await using adopted = await taking
    expect(adopted?.runId).toBe('run-1')
    expect(order).toEqual(['ended', 'taken over'])
    cable.mend()
  })
})

describe('is still held', () => {
  test('when the API server was away for all, longer than a lease stands', async () => {
    await using lock = await mine.locks.acquire('run-1', ['a'])
    const away = Promise.withResolvers<undefined>()
    let looks = 0
    cluster.before = async ({ verb, kind }) => {
      if (looks === 0) cable.cut()
      else await away.promise
      if (verb === 'get' && kind === KINDS.lease) looks += 1
    }
    const asked = theirs.locks.adopt('run-1')
    await sleep(1500)
    expect(looks).toBe(1)
    away.resolve(undefined)
    // The other pod is the first to reach the server again.
    await sleep(200)
    cable.mend()
    expect(await asked).toBeUndefined()
    expect(await mine.journal.open([ENTRY])).toHaveLength(1)
    expect(lock.lost?.aborted).toBe(false)
  })

  test('when the answer of a renewal was lost, and when somebody wrote on the lease', async () => {
    await using lock = await mine.locks.acquire('run-1', ['a'])
    const [lease] = cluster.all(KINDS.lease)
    const at = { namespace: 'backup', name: lease?.metadata.name ?? '' }
    let times = 0
    cluster.after = ({ kind }) => {
      if (kind !== KINDS.lease) return
      times += 1
      if (times === 1) throw new SalvageError('K8S.CONFLICT', 'it was repeated')
    }
    await mine.locks.prove('run-1', options)
    const body = { metadata: { labels: { theirs: 'too' } } }
    await cluster.patch(KINDS.lease, at, { type: 'merge', body }, options)
    await mine.locks.prove('run-1', options)
    expect(times).toBeGreaterThan(2)
    expect(lock.lost?.aborted).toBe(false)
  })
})

test('a lease that somebody removed is lost', async () => {
  await using lock = await mine.locks.acquire('run-1', ['a'])
  const [lease] = cluster.all(KINDS.lease)
  await cluster.remove(KINDS.lease, { namespace: 'backup', name: lease?.metadata.name ?? '' }, options)
  await expect(mine.locks.prove('run-1', options)).rejects.toMatchObject({ code: 'LOCK.LOST' })
  expect(lock.lost?.aborted).toBe(true)
})

test('the journal opens nothing for a run that is not held', async () => {
  await expect(mine.journal.open([ENTRY])).rejects.toMatchObject({ code: 'LOCK.LOST' })
  expect(await mine.journal.pending()).toEqual([])
})

test('without a run nothing is fenced, and no lease is taken', async () => {
  await mine.cluster.create(KINDS.job, JOB, options)
  expect(cluster.all(KINDS.lease)).toEqual([])
})

test('an abort of the caller is told as his own', async () => {
  await using _lock = await mine.locks.acquire('run-1', ['a'])
  const aborting = new AbortController()
  cable.cut()
  const call = mine.cluster.create(KINDS.job, JOB, aborting)
  aborting.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  cable.mend()
})
