import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubernetesCluster, part, temporaryDirectory, type KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { addDays } from '../../../src/label/day.ts'
import { applyRetention } from '../../../src/retention/apply.ts'
import { planRetention } from '../../../src/retention/plan.ts'
import { eachAtMost } from '../../../src/retention/pool.ts'
import { DEFAULT_RULES } from '../../../src/retention/rules.ts'
import { faultProxy } from './fault-proxy.ts'
import { labelsIn, putNamespace, putSnapshot } from './fleet.ts'

const signal = new AbortController().signal
const CLAIMS = 6
const DAYS = 12

describe.skipIf(!part('kubernetes-api').available)('an API server that fails at random', () => {
  let kubernetes: KubernetesCluster
  let admin: Cluster
  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    admin = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  })
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]()
    await kubernetes?.[Symbol.asyncDispose]()
  })

  it.each([1, 2])('47: nothing wrong is removed or loses a tier, and runs converge (seed %d)', async (seed) => {
    const namespace = `s47-${String(seed)}`
    await putNamespace(admin, namespace)
    const all = Array.from({ length: CLAIMS * DAYS }, (_, n) => ({
      pvc: `pvc-${String(n % CLAIMS)}`,
      day: addDays('2026-11-21', -Math.floor(n / CLAIMS)),
    }))
    await eachAtMost(16, all, async ({ pvc, day }) =>
      putSnapshot(admin, {
        namespace,
        name: `${pvc}-${day}`,
        labels: { 'backup-ns.sh/retain': 'daily_weekly_monthly', 'backup-ns.sh/pvc': pvc, 'backup-ns.sh/daily': day },
        cut: `${day}T00:00:00Z`,
        content: true,
      }),
    )
    await using proxy = await faultProxy(kubernetes, seed)
    using folder = temporaryDirectory()
    const kubeconfig = join(folder.path, 'config')
    writeFileSync(kubeconfig, kubeconfigOf(proxy.url))
    await using cluster = await connect({ kubeconfig, environment: {}, patienceMs: 2_000 })
    const kept = new Set(Array.from({ length: 7 }, (_, n) => addDays('2026-11-15', n)))
    const check = async (): Promise<Map<string, Record<string, string>>> => {
      const left = await labelsIn(admin, namespace)
      for (const { pvc, day } of all)
        if (kept.has(day)) {
          const labels = left.get(`${pvc}-${day}`)
          expect(labels).toMatchObject({ daily: day })
          expect(labels).not.toHaveProperty('delete-after')
        }
      return left
    }
    proxy.part = 0.25
    for (const day of ['2026-11-21', '2026-11-22']) {
      const now = new Date(`${day}T12:00:00Z`)
      for (let isPartial = true, runs = 0; isPartial; runs += 1) {
        expect(runs).toBeLessThan(20)
        try {
          const plan = await planRetention(
            cluster,
            { namespaces: [namespace] },
            { rules: DEFAULT_RULES, now, zone: 'UTC' },
            { signal },
          )
          isPartial = (await applyRetention(cluster, plan, { signal, mode: 'admin', patienceMs: 1_000 })).partial
        } catch (error) {
          // Nothing could be read: again.
          expect(error).toMatchObject({ code: expect.stringMatching(/^K8S\./) })
        }
        await check()
      }
    }
    expect((await check()).size).toBe(CLAIMS * 7)
    for (const count of Object.values(proxy.faults)) expect(count).toBeGreaterThan(2)
  })
})

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
}
