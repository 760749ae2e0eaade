import { SalvageError } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import { scaleQuiescer } from '../../src/index.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { FakeCluster } from '../fake-cluster.ts'
import { forbidden } from '../fake-cluster.ts'
import { deployment, replicasIn, shop } from './world.ts'

const WEB = 'k8s:shop/deployment/web'
const options = { signal: new AbortController().signal }
const MAYBE = { ...options, quiesced: 'maybe' } as const

/** A cluster that nobody hears any more from call `at` on, or from its answer on. */
function dyingAt(on: FakeCluster, at: number, when: 'before' | 'after'): void {
  let count = 0
  on.before = () => {
    count += 1
    if (count > at || (count === at && when === 'before')) dead()
  }
  on.after = () => {
    if (count >= at) dead()
  }
}

function dead(): never {
  throw new SalvageError('TEST.DEAD', 'the process has died')
}

function alive(on: FakeCluster): void {
  on.before = () => undefined
  on.after = () => undefined
}

describe.concurrent.each([1, 2, 3, 4, 5, 6, 7, 8])('a process that dies at call %d', (at) => {
  test.each(['before', 'after'] as const)('%s it: another one puts back exactly', async (when) => {
    const on = shop()
    deployment(on, 3)
    const token = await scaleQuiescer(on).prepare(WEB, {}, options)
    dyingAt(on, at, when)
    const first = scaleQuiescer(on)
    const died = await first
      .quiesce(token, options)
      .then(() => first.resume(token, { ...options, quiesced: 'yes' }))
      .then(
        () => false,
        () => true,
      )
    alive(on)
    // After its last call it has done all.
    expect(died).toBe(at < 8 || when === 'before')
    expect([0, 3]).toContain(replicasIn(on))
    expect(await scaleQuiescer(on).resume(token, MAYBE)).toEqual([])
    expect(await scaleQuiescer(on).resume(token, MAYBE)).toEqual([])
    expect(replicasIn(on)).toBe(3)
  })
})

test('an answer that was lost does not count, and neither does a status that came in between', async () => {
  const on = shop()
  deployment(on, 3)
  const token = await scaleQuiescer(on).prepare(WEB, {}, options)
  let patches = 0
  on.after = ({ verb }) => {
    if (verb !== 'patch') return
    patches += 1
    throw new SalvageError('K8S.UNREACHABLE', 'cut')
  }
  await scaleQuiescer(on).quiesce(token, options)
  expect([patches, replicasIn(on)]).toEqual([1, 0])
  alive(on)
  let written = false
  on.before = ({ verb }) => {
    if (verb !== 'patch' || written) return
    written = true
    const [now] = on.all(KINDS.deployment)
    if (now !== undefined) on.put(KINDS.deployment, now)
  }
  expect(await scaleQuiescer(on).resume(token, MAYBE)).toEqual([])
  expect([written, replicasIn(on)]).toEqual([true, 3])
})

const OWNER = { apiVersion: 'v1', kind: 'Cluster', name: 'pg', uid: 'x', controller: true }

function autoscaler(on: FakeCluster, minReplicas: number, ownerReferences: readonly (typeof OWNER)[] = []): void {
  on.put(KINDS.horizontalPodAutoscaler, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', ownerReferences },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas },
  })
}

async function prepare(on: FakeCluster): Promise<Json> {
  return scaleQuiescer(on).prepare(WEB, {}, options)
}

describe('what it would be wrong to begin with', () => {
  test('an owner would undo it', async () => {
    const on = shop()
    deployment(on, 1, { ownerReferences: [OWNER] })
    await expect(prepare(on)).rejects.toMatchObject({ code: 'SCALE.OWNED', untouched: true })
  })

  test('claims would go', async () => {
    const on = shop()
    deployment(on, 1, {}, { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } })
    await expect(prepare(on)).rejects.toMatchObject({ code: 'SCALE.DELETES_CLAIMS' })
  })

  test('an autoscaler that scales to zero, or belongs to one', async () => {
    const on = shop()
    deployment(on, 1)
    autoscaler(on, 0)
    await expect(prepare(on)).rejects.toMatchObject({ code: 'SCALE.AUTOSCALED' })
    autoscaler(on, 1, [{ ...OWNER, kind: 'ScaledObject' }])
    await expect(prepare(on)).rejects.toMatchObject({ code: 'SCALE.AUTOSCALED' })
    autoscaler(on, 1)
    await expect(prepare(on)).resolves.toMatchObject({ replicas: 1 })
    on.before = (call) => {
      if (call.kind === KINDS.horizontalPodAutoscaler) throw forbidden(call)
    }
    await expect(prepare(on)).resolves.toMatchObject({ replicas: 1 })
  })

  test('nothing there', async () => {
    await expect(prepare(shop())).rejects.toMatchObject({ code: 'K8S.NO_WORKLOAD' })
    await expect(scaleQuiescer(shop()).resume({ version: 7 }, MAYBE)).rejects.toMatchObject({ code: 'K8S.TOKEN' })
  })
})

test('what was removed, made anew or scaled by somebody is told and not touched', async () => {
  const on = shop()
  deployment(on, 3)
  const token = await scaleQuiescer(on).prepare(WEB, {}, options)
  await scaleQuiescer(on).quiesce(token, options)
  deployment(on, 5)
  expect(await scaleQuiescer(on).resume(token, MAYBE)).toMatchObject([{ code: 'SCALE.CHANGED' }])
  expect(replicasIn(on)).toBe(5)
  await on.remove(KINDS.deployment, { namespace: 'shop', name: 'web' }, options)
  expect(await scaleQuiescer(on).resume(token, MAYBE)).toMatchObject([{ code: 'SCALE.GONE' }])
})

test.each([
  ['scaled up at once', 1, 1, /told to have no pods and is to have 1/],
  ['scaled up a little later', 3, 1, /told to have no pods and is to have 1/],
  ['removed', 3, undefined, /it was removed/],
])('what is %s while its pods end is told, and not waited for', async (_, at, replicas, why) => {
  const on = shop()
  deployment(on, 2)
  const [web] = on.all(KINDS.deployment)
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'rs', controller: true }
  const labels = { app: 'web' }
  on.put(KINDS.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1-a', namespace: 'shop', labels, ownerReferences: [owner] },
    spec: { containers: [{ name: 'main' }] },
    status: { phase: 'Running' },
  })
  const token = await scaleQuiescer(on).prepare(WEB, {}, options)
  let reads = 0
  on.before = async ({ verb, kind }) => {
    if (verb !== 'get' || kind !== KINDS.deployment || replicasIn(on) !== 0) return
    reads += 1
    if (reads < at) return
    alive(on)
    if (replicas === undefined) await on.remove(KINDS.deployment, { namespace: 'shop', name: 'web' }, options)
    else deployment(on, replicas, web?.metadata)
  }
  const failure = await scaleQuiescer(on)
    .quiesce(token, options)
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SCALE.CHANGED', why: expect.stringMatching(why) })
  // Something was done to it: nobody may believe that it is as it was.
  expect(failure).not.toHaveProperty('untouched', true)
  const code = replicas === undefined ? 'SCALE.GONE' : 'SCALE.CHANGED'
  expect(await scaleQuiescer(on).resume(token, MAYBE)).toMatchObject([{ code }])
})

test.each([
  ['K8S.CONFLICT', true],
  ['K8S.UNREACHABLE', false],
])('what somebody scales after %s is as it was: %s', async (code, untouched) => {
  const on = shop()
  deployment(on, 2)
  const [web] = on.all(KINDS.deployment)
  const token = await scaleQuiescer(on).prepare(WEB, {}, options)
  on.before = ({ verb }) => {
    if (verb !== 'patch') return
    alive(on)
    deployment(on, 5, web?.metadata)
    throw new SalvageError(code, 'no')
  }
  const failure = await scaleQuiescer(on)
    .quiesce(token, options)
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SCALE.CHANGED', untouched })
  expect(replicasIn(on)).toBe(5)
})
