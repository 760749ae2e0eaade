import { SalvageError } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import { describe, expect, it } from 'vitest'
import { readExchange } from '../../src/exchange/token.ts'
import { sweepExchanges } from '../../src/exchange/sweep.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { FakeCall } from '../fake-cluster.ts'
import { claimWorld, NAMESPACE, RUN } from './world.ts'
import type { ClaimWorld, WorldOptions } from './world.ts'

const options = { signal: new AbortController().signal }

async function prepared(world: ClaimWorld): Promise<Json> {
  return (await world.exchanger().prepare(world.source, { ...options, runId: RUN, from: world.from('csi') })).token
}

async function staged(world: ClaimWorld): Promise<Json> {
  const token = await prepared(world)
  await world.exchanger().stage(token, options)
  return token
}

describe('a claim that cannot be removed and made anew is refused before anything is touched', () => {
  it.each<[string, string, string, WorldOptions]>([
    ['EXCHANGE.GONE', 'a Lost one', 'its volume is gone', { phase: 'Lost' }],
    ['EXCHANGE.GONE', 'one without a volume', 'no volume yet', { phase: 'Pending' }],
    [
      'EXCHANGE.GONE',
      'one on its way out',
      'being removed',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
    ],
    [
      'EXCHANGE.HELD',
      'one with a finalizer of others',
      'acme.test/keep',
      { metadata: { finalizers: ['acme.test/keep'] } },
    ],
    ['EXCHANGE.STATIC', 'one without a class', 'made by hand', { spec: { storageClassName: '' } }],
    ['EXCHANGE.STATIC', 'one with a selector', 'made by hand', { spec: { selector: { matchLabels: { a: 'b' } } } }],
    ['EXCHANGE.OWNED', 'one of an operator', 'Cluster it owns it', owned('Cluster', true)],
    ['EXCHANGE.OWNED', 'one of a pod', 'goes with it', owned('Pod', false)],
    ['EXCHANGE.NO_CUT', 'one that cannot be cut', 'the volume of driver', { driver: 'other' }],
  ])('%s: %s', async (code, _what, why, world) => {
    const there = claimWorld(world)
    await expect(prepared(there)).rejects.toMatchObject({ code, why: expect.stringContaining(why), untouched: true })
    expect(there.cluster.calls.every(({ verb }) => verb === 'get' || verb === 'list')).toBe(true)
  })

  it('a class that keeps the storage is not taken where another is seen', async () => {
    const world = claimWorld({ settings: { class: 'retaining' } })
    expect(readExchange(await prepared(world)).snapshotClass).toBe('snap')
  })

  it('a point of another namespace says what to do', async () => {
    const world = claimWorld()
    const { point, store } = world.from('csi')
    const from = { store, point: { ...point, token: { namespace: 'other', name: 'p', uid: 'u' } } }
    await expect(world.exchanger().prepare(world.source, { ...options, runId: RUN, from })).rejects.toMatchObject({
      code: 'RESTORE.UNREADABLE',
      hint: expect.stringContaining('crane Job'),
      untouched: true,
    })
  })
})

function owned(kind: string, controller: boolean): WorldOptions {
  const ownerReferences = [{ apiVersion: 'v1', kind, name: 'it', uid: 'u', controller }]
  return { metadata: { ownerReferences } }
}

it('makes the claim anew as it was written, without what the cluster wrote of its volume', async () => {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: false }]
  const world = claimWorld({
    metadata: { ownerReferences, finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { volumeAttributesClassName: 'gold', dataSource: { kind: 'VolumeSnapshot', name: 'older' } },
  })
  const token = await staged(world)
  // The cluster takes its own finalizer off when nobody uses the claim.
  world.cluster.after = chained(world.cluster.after, async ({ verb, kind, name }) => {
    if (verb !== 'remove' || kind !== KINDS.claim || name !== 'data') return
    const body = { metadata: { finalizers: null } }
    await world.cluster.patch(KINDS.claim, { namespace: NAMESPACE, name }, { type: 'merge', body }, options)
  })
  await world.exchanger().exchange(token, options)
  const { metadata, spec } = world.claim() ?? {}
  expect(metadata).toMatchObject({ ownerReferences, annotations: { team: 'sales' } })
  expect(Object.keys(metadata?.annotations ?? {})).toEqual(['team'])
  expect(spec).toEqual({
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'fast',
    volumeMode: 'Filesystem',
    volumeAttributesClassName: 'gold',
    resources: { requests: { storage: '1Gi' } },
    dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'point' },
  })
})

function chained(
  one: (call: FakeCall) => void | Promise<void>,
  other: (call: FakeCall) => void | Promise<void>,
): (call: FakeCall) => Promise<void> {
  return async (call) => {
    await one(call)
    await other(call)
  }
}

it('waits for pods that have the claim, removes nothing, and names them', async () => {
  const world = claimWorld()
  const token = await staged(world)
  world.cluster.put(KINDS.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: NAMESPACE, name: 'late' },
    spec: {
      containers: [{ name: 'main' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
    status: { phase: 'Running' },
  })
  await expect(world.exchanger().exchange(token, options)).rejects.toMatchObject({
    code: 'EXCHANGE.IN_USE',
    why: expect.stringContaining('late'),
  })
  expect(world.claim()?.metadata.uid).toBe(world.source.uid)
  expect(world.leftovers()).toEqual([])
})

describe('what a dead process asked for and comes late', () => {
  it('a removal does nothing once it was taken back', async () => {
    const world = claimWorld()
    const token = await staged(world)
    let late: (() => Promise<void>) | undefined
    const { cluster } = world
    const cut = {
      ...cluster,
      remove: async (...given: Parameters<typeof cluster.remove>) => {
        late = async () => cluster.remove(...given)
        throw new Error('killed')
      },
    }
    await expect(world.exchanger(cut).exchange(token, options)).rejects.toThrow('killed')
    await world.exchanger().takeBack(token, options)
    await expect(late?.()).rejects.toMatchObject({ code: 'K8S.CONFLICT' })
    await world.exchanger().clear(token, options)
    expect(world.read()).toBe('former')
    expect(world.claim()?.metadata.labels).toEqual({ app: 'web' })
  })

  it('a commit fails once it was taken back, and whatever was taken back is not final', async () => {
    const world = claimWorld()
    const token = await staged(world)
    await world.exchanger().exchange(token, options)
    await world.exchanger().takeBack(token, options)
    await expect(world.exchanger().commit(token, options)).rejects.toMatchObject({ code: 'EXCHANGE.TAKEN_BACK' })
    expect(world.read()).toBe('former')
  })

  it('a claim that is made finds the name taken', async () => {
    const world = claimWorld()
    const token = await staged(world)
    let late: (() => Promise<unknown>) | undefined
    const { cluster } = world
    const cut = {
      ...cluster,
      create: async (...given: Parameters<typeof cluster.create>) => {
        if (given[0] !== KINDS.claim) return cluster.create(...given)
        late = async () => cluster.create(...given)
        throw new Error('killed')
      },
    }
    await expect(world.exchanger(cut).exchange(token, options)).rejects.toThrow('killed')
    expect(world.claim()).toBeUndefined()
    await world.exchanger().takeBack(token, options)
    await expect(late?.()).rejects.toMatchObject({ code: 'K8S.EXISTS' })
    expect(world.read()).toBe('former')
  })
})

it('a commit whose answer is lost is final, and one that never got there is done again', async () => {
  for (const lands of [true, false]) {
    const world = claimWorld()
    const token = await staged(world)
    await world.exchanger().exchange(token, options)
    const { cluster } = world
    let isLost = false
    const cut = {
      ...cluster,
      patch: async (...given: Parameters<typeof cluster.patch>) => {
        if (isLost) return cluster.patch(...given)
        isLost = true
        if (lands) await cluster.patch(...given)
        throw new SalvageError('K8S.UNREACHABLE', 'the connection broke')
      },
    }
    await world.exchanger(cut).commit(token, options)
    await world.exchanger().takeBack(token, options)
    expect(world.read()).toBe('fresh')
  }
})

it('a claim of somebody else under the name is left alone, until it is gone', async () => {
  const world = claimWorld()
  const token = await staged(world)
  await world.exchanger().exchange(token, options)
  const fresh = world.claim()
  if (fresh === undefined) throw new Error('there is one')
  await world.cluster.remove(KINDS.claim, { namespace: NAMESPACE, name: 'data' }, options)
  const foreign = { ...fresh, metadata: { namespace: NAMESPACE, name: 'data' } }
  await world.cluster.create(KINDS.claim, foreign, options)
  const named = { code: 'EXCHANGE.NAME_TAKEN', hint: expect.stringContaining(`${RUN}-former`) }
  await expect(world.exchanger().takeBack(token, options)).rejects.toMatchObject(named)
  await expect(world.exchanger().clear(token, options)).rejects.toMatchObject({ code: 'RESTORE.HALF_SWAPPED' })
  await world.cluster.remove(KINDS.claim, { namespace: NAMESPACE, name: 'data' }, options)
  await world.exchanger().takeBack(token, options)
  await world.exchanger().clear(token, options)
  expect(world.read()).toBe('former')
  expect(world.leftovers()).toEqual([])
})

it('keeps the cuts of a claim that waits for its pod, and the sweep removes them when it has come', async () => {
  const world = claimWorld({ waits: true, settings: { boundMs: 1 } })
  const token = await staged(world)
  await world.exchanger().exchange(token, options)
  await world.exchanger().commit(token, options)
  await world.exchanger().clear(token, options)
  expect(world.leftovers()).toEqual([`snapshot ${RUN}-former`])
  const sweep = async (known: boolean): Promise<void> =>
    sweepExchanges(
      world.cluster,
      { namespaces: [NAMESPACE], isKnown: async () => known, now: new Date(), goneMs: 200 },
      options,
    )
  await sweep(false)
  expect(world.leftovers()).toHaveLength(1)
  const claim = world.claim()
  if (claim === undefined) throw new Error('there is one')
  world.cluster.put(KINDS.claim, { ...claim, status: { phase: 'Bound' } })
  await sweep(true)
  expect(world.leftovers()).toHaveLength(1)
  await sweep(false)
  expect(world.leftovers()).toEqual([])
})

it('the sweep leaves the only copy of a former content alone', async () => {
  const world = claimWorld()
  const token = await staged(world)
  await world.exchanger().exchange(token, options)
  const settings = { namespaces: [NAMESPACE], isKnown: async () => false, now: new Date(), goneMs: 200 }
  await sweepExchanges(world.cluster, settings, options)
  expect(world.leftovers()).toEqual([`snapshot ${RUN}-former`])
  expect(readExchange(token).uid).toBe(world.source.uid)
  await world.exchanger().takeBack(token, options)
  expect(world.read()).toBe('former')
})
