import { randomBytes } from 'node:crypto'
import { newRunId, restore } from '@salvage-kit/core'
import type { ClaimSource } from '@salvage-kit/core'
import { exchangerContract } from '@salvage-kit/core/testing'
import { auditEvents, part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { claimExchanger } from '../../../src/exchange/claim-exchanger.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { options } from '../snapshot/cut.ts'
import type { Tenant } from '../snapshot/tenant.ts'
import { CLASS, deploymentOn, keptPoint, openTenancy, rigOf, statefulSetIn, STORE } from './tenancy.ts'

const event = z.object({
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ namespace: z.string().optional() }).optional(),
})

describe.skipIf(!part('kubernetes').available)('restores in place, as a tenant of a namespace', () => {
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await openTenancy()
  })
  afterAll(async () => tenant?.[Symbol.asyncDispose]())

  const uidOf = async (name: string): Promise<string | undefined> =>
    (await tenant.admin.get(KINDS.claim, { namespace: tenant.namespace, name }, options))?.metadata.uid

  /** Of the snapshots all but the points. */
  const beside = async (): Promise<readonly string[]> =>
    (await tenant.leftovers()).filter((name) => !name.startsWith('point-'))

  const ready = async (kind: string, name: string, pods: number): Promise<void> =>
    vi.waitFor(
      async () =>
        expect(await tenant.kubectl('get', kind, name, '-o', 'jsonpath={.status.readyReplicas}')).toBe(String(pods)),
      { timeout: 60_000, interval: 250 },
    )

  for (const kind of ['csi', 'archive'] as const)
    exchangerContract(`claims, from ${kind === 'csi' ? 'a snapshot' : 'an archive'}`, async () => {
      const make = (): ReturnType<typeof claimExchanger> => claimExchanger(tenant.cluster, { class: CLASS })
      const { medium, namespace, name } = await tenant.newClaim()
      const source: ClaimSource = { medium, namespace, name }
      await tenant.write(source, 'fresh')
      const { point } = await keptPoint(tenant, source)
      await tenant.write(source, 'former')
      return {
        exchanger: make(),
        again: make,
        source,
        from:
          kind === 'csi'
            ? { point, store: STORE }
            : { point: { ...point, kind: 'archive' }, store: { ref: 'crane:it', crane: 'job', settings: {} } },
        lower: async (place) => tenant.write(claimOf(place), 'fresh'),
        read: async () => tenant.read(source),
        leftovers: beside,
        [Symbol.asyncDispose]: tenant.removeAll,
      }
    })

  it('brings a Deployment back to a snapshot, bytes and all, with its number of pods', async () => {
    const { namespace } = tenant
    const source = await tenant.newClaim()
    const bytes = Array.from({ length: 4000 }, (_, at) => `${String(at)} ${String(Math.sin(at))}`).join('\n')
    await tenant.write(source, bytes)
    const from = await keptPoint(tenant, source)
    await tenant.kubernetes.apply(deploymentOn(namespace, 'web', source.name))
    await ready('deployment', 'web', 1)
    await tenant.write(source, 'what nobody wants')
    await tenant.kubectl('annotate', 'pvc', source.name, 'team=sales')
    await tenant.kubectl('label', 'pvc', source.name, 'app=web')
    const before = await uidOf(source.name)
    const rig = rigOf(tenant)
    const to = `k8s:${namespace}/${source.name}` as const
    const request = {
      runId: newRunId(new Date(), randomBytes(3).toString('hex')),
      ...from,
      to,
      inPlace: true,
      maxHoldMs: 120_000,
    }
    const report = await restore(rig, request)
    expect(report).toMatchObject({ outcome: 'good', stuck: [], warnings: [] })
    expect(report.groups[0]?.holdMs).toBeTypeOf('number')
    expect(await tenant.read(source)).toBe(bytes)
    expect(await uidOf(source.name)).not.toBe(before)
    await ready('deployment', 'web', 1)
    expect((await tenant.kubectl('logs', 'deployment/web')).trim()).toBe(bytes)
    const { metadata } = (await tenant.admin.get(KINDS.claim, { namespace, name: source.name }, options)) ?? {}
    expect(metadata?.labels).toEqual({ app: 'web' })
    expect(metadata?.annotations).toMatchObject({ team: 'sales' })
    expect(await beside()).toEqual([])
    expect(await rig.journal.pending()).toEqual([])
    await tenant.kubectl('delete', 'deployment', 'web', '--wait=false')
  })

  it('brings one claim of a StatefulSet back, whose class waits for the pod, and it still belongs to the StatefulSet', async () => {
    const { namespace } = tenant
    await tenant.kubernetes.apply(statefulSetIn(namespace, 'db'))
    await ready('statefulset', 'db', 2)
    const claims = [0, 1].map((at) => ({ medium: 'pvc', namespace, name: `data-db-${String(at)}` }) as const)
    const [first, second] = claims
    if (first === undefined || second === undefined) throw new Error('there are two')
    for (const one of claims) await tenant.write(one, `${one.name} then`)
    const from = await keptPoint(tenant, first)
    for (const one of claims) await tenant.write(one, `${one.name} now`)
    const owners = async (): Promise<unknown> =>
      (await tenant.admin.get(KINDS.claim, first, options))?.metadata.ownerReferences
    const owned = await owners()
    expect(owned).toMatchObject([{ kind: 'StatefulSet', name: 'db' }])
    const rig = rigOf(tenant)
    const to = `k8s:${namespace}/${first.name}` as const
    const request = {
      runId: newRunId(new Date(), randomBytes(3).toString('hex')),
      ...from,
      to,
      inPlace: true,
      maxHoldMs: 120_000,
    }
    expect(await restore(rig, request)).toMatchObject({ outcome: 'good', stuck: [] })
    await ready('statefulset', 'db', 2)
    expect(await tenant.read(first)).toBe('data-db-0 then')
    expect((await tenant.kubectl('logs', 'db-0')).trim()).toBe('data-db-0 then')
    expect(await tenant.read(second)).toBe('data-db-1 now')
    expect(await owners()).toEqual(owned)
    expect(await beside()).toEqual([])
    await tenant.kubectl('delete', 'statefulset', 'db', '--wait=false')
  })

  it('puts the former claim back before the pods rise when the new one cannot be made', async () => {
    const { namespace } = tenant
    const source = await tenant.newClaim()
    await tenant.write(source, 'then')
    const from = await keptPoint(tenant, source)
    await tenant.write(source, 'now')
    await tenant.kubernetes.apply(deploymentOn(namespace, 'shop', source.name))
    await ready('deployment', 'shop', 1)
    const rig = rigOf(tenant)
    const [backend] = rig.backends
    const [exchanger] = backend?.exchangers ?? []
    if (backend === undefined || exchanger === undefined) throw new Error('there is one')
    const late = {
      ...exchanger,
      exchange: async (...given: Parameters<typeof exchanger.exchange>) => {
        await exchanger.exchange(...given)
        throw new Error('the cluster is full')
      },
    }
    const request = {
      runId: newRunId(new Date(), randomBytes(3).toString('hex')),
      ...from,
      inPlace: true,
      maxHoldMs: 120_000,
    }
    const report = await restore(
      { ...rig, backends: [{ ...backend, exchangers: [late] }] },
      { ...request, to: `k8s:${namespace}/${source.name}` },
    )
    expect(report).toMatchObject({ outcome: 'failed', stuck: [] })
    await ready('deployment', 'shop', 1)
    expect(await tenant.read(source)).toBe('now')
    expect(await beside()).toEqual([])
    await tenant.kubectl('delete', 'deployment', 'shop', '--wait=false')
  })

  it('asked for nothing outside of the namespace but what it may do', () => {
    const log = tenant.kubernetes.machinery?.auditLog
    if (log === undefined) return
    const asked = auditEvents(log).map((line) => event.parse(line))
    const own = asked.filter(({ user }) => user.username === `system:serviceaccount:${tenant.account}`)
    expect(own.length).toBeGreaterThan(100)
    const outside = own.filter(({ objectRef }) => objectRef?.namespace !== tenant.namespace)
    expect(outside.filter(({ requestURI }) => !requestURI.startsWith('/apis/authorization.k8s.io/'))).toEqual([])
  })
})
