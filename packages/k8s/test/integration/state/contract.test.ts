import { setTimeout as sleep } from 'node:timers/promises'
import type { NewEntry } from '@salvage-kit/core'
import { journalContract, locksContract } from '@salvage-kit/core/testing'
import { auditEvents, kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { roleFor } from '../../../src/client/role.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { clusterState, STATE_PERMISSIONS } from '../../../src/state/cluster-state.ts'
import { leaseSlot } from '../../../src/state/slot/lease-slots.ts'
import { journalIn, locksIn } from '../../state-contract.ts'

const namespace = 'default'
const USER = `system:serviceaccount:${namespace}:state`
const auditEvent = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ resource: z.string(), namespace: z.string().optional() }).optional(),
  responseStatus: z.object({ code: z.int() }).optional(),
})
const options = { signal: new AbortController().signal }

/** Entries of three kilobytes each. */
function large(length: number): readonly NewEntry[] {
  return Array.from({ length }, (_, order) => ({
    runId: 'run-1',
    order,
    undo: { kind: 'swap', target: 'dir:/x', token: '€'.repeat(1000) },
  }))
}

describe.skipIf(!part('kubernetes-api').available)('with the rights of state in one namespace alone', () => {
  let kubernetes: KubernetesCluster
  let kubeconfig: string
  const tenant = async (): Promise<Cluster> => connect({ kubeconfig, environment: {} })

  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    kubeconfig = await kubernetes.serviceAccount(namespace, 'state')
    const subject = { kind: 'ServiceAccount', name: 'state' } as const
    await kubernetes.apply(roleFor(STATE_PERMISSIONS, { namespace, subject }))
    await using cluster = await tenant()
    while ((await cluster.missing(namespace, STATE_PERMISSIONS, options)).length > 0) await sleep(100)
  })
  afterAll(async () => {
    await kubernetes?.[Symbol.asyncDispose]()
  })

  journalContract('a ConfigMap', async () => journalIn(tenant, namespace))
  locksContract('Leases', async () => locksIn(tenant, namespace))

  it('a slot is taken, renewed and free again', async () => {
    await using cluster = await tenant()
    const settings = { namespace, name: 'slots', count: 1, timeoutMs: 0, leaseSeconds: 1, renewMs: 100 }
    {
      await using slot = await leaseSlot(cluster, settings, options)
      await sleep(1300)
      expect(slot.lost?.aborted).toBe(false)
      await expect(leaseSlot(cluster, settings, options)).rejects.toMatchObject({ code: 'LOCK.SLOTS_TAKEN' })
    }
    await using again = await leaseSlot(cluster, settings, options)
    expect(again.name).toBe(`${namespace}/slots-1`)
  })

  it('what the API server takes at most is known here', async () => {
    await using cluster = await tenant()
    const { journal, locks } = clusterState(cluster, { namespace, name: 'full', leaseSeconds: 2, renewMs: 200 })
    await using _lock = await locks.acquire('run-1', ['a'])
    const opened = await journal.open(large(300))
    await expect(journal.open(large(100))).rejects.toMatchObject({ code: 'JOURNAL.FULL' })
    for (const { id } of opened.slice(0, 5))
      await journal.failed(id, { code: 'LOCK.BUSY', message: 'm'.repeat(1000), why: '€'.repeat(1000) })
    await journal.done(opened.map(({ id }) => id))
    expect((await journal.pending()).filter(({ phase }) => phase === 'done')).toHaveLength(300)
    await journal.settle(opened.map(({ id }) => id))
    expect(await journal.pending()).toEqual([])
  })

  it('an undo is opened and settled in some milliseconds', async () => {
    await using cluster = await tenant()
    const { journal, locks } = clusterState(cluster, { namespace, name: 'speed' })
    await using _lock = await locks.acquire('run-1', ['a'])
    const times: number[] = []
    for (let round = 0; round < 100; round += 1) {
      const before = performance.now()
      const undo = { kind: 'swap', target: 'dir:/x', token: round } as const
      const [entry] = await journal.open([{ runId: 'run-1', order: 0, undo }])
      times.push(performance.now() - before)
      await journal.settle([entry?.id ?? 0])
    }
    times.sort((one, two) => one - two)
    console.log(`open, proven: p50 ${String(times[50]?.toFixed(1))} ms, p95 ${String(times[95]?.toFixed(1))} ms`)
    expect(times).toHaveLength(100)
  })

  it('no call was refused, and none was of another kind, another namespace or a removal', async () => {
    await using cluster = await tenant()
    // What is not permitted is refused here too: the test can fail.
    await expect(cluster.remove(KINDS.lease, { namespace, name: 'slots-1' }, options)).rejects.toMatchObject({
      code: 'K8S.FORBIDDEN',
    })
    const { auditLog } = kubernetes.machinery ?? { auditLog: '' }
    const events = z.array(auditEvent).parse(auditEvents(auditLog))
    const calls = events.filter(
      ({ user, objectRef }) => user.username === USER && objectRef?.resource.startsWith('selfsubject') === false,
    )
    expect(calls.length).toBeGreaterThan(500)
    expect(calls.filter(({ objectRef }) => objectRef?.namespace !== namespace)).toEqual([])
    expect(new Set(calls.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ''}`))).toEqual(
      new Set([...STATE_PERMISSIONS.map(({ verb, resource }) => `${verb} ${resource}`), 'delete leases']),
    )
    expect(calls.filter(({ responseStatus }) => responseStatus?.code === 403)).toHaveLength(1)
  })
})
