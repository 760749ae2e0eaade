import { kubernetesCluster, part, type KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { addDays } from '../../../src/label/day.ts'
import { applyRetention } from '../../../src/retention/apply.ts'
import type { RetentionReport } from '../../../src/retention/outcome.ts'
import { planRetention, type RetentionScope } from '../../../src/retention/plan.ts'
import { eachAtMost } from '../../../src/retention/pool.ts'
import { DEFAULT_RULES } from '../../../src/retention/rules.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { askedBy } from './asked.ts'
import { daily, labelsIn, putNamespace, putSnapshot, TIERS } from './fleet.ts'

const signal = new AbortController().signal
const zone = 'UTC'
const today = new Date('2026-11-21T12:00:00Z')
const tomorrow = new Date('2026-11-22T12:00:00Z')
describe.skipIf(!part('kubernetes-api').available)('retention on a real API server', () => {
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

  async function prune(
    scope: RetentionScope,
    now: Date,
    { cluster = admin, mode = 'admin' }: { cluster?: Cluster; mode?: 'admin' | 'tenant' } = {},
  ): Promise<RetentionReport> {
    const plan = await planRetention(cluster, scope, { rules: DEFAULT_RULES, now, zone }, { signal })
    return applyRetention(cluster, plan, { signal, mode, patienceMs: 2_000 })
  }

  /** A user who may do what a Role says in some namespaces, and nothing else. */
  async function tenant(home: string, namespaces: readonly string[]): Promise<Cluster> {
    const kubeconfig = await kubernetes.serviceAccount(home, 'pruner')
    for (const namespace of namespaces)
      await kubernetes.apply(
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'pruner', namespace },
          rules: [
            {
              apiGroups: ['snapshot.storage.k8s.io'],
              resources: ['volumesnapshots'],
              verbs: ['get', 'list', 'patch', 'delete'],
            },
          ],
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'pruner', namespace },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pruner' },
          subjects: [{ kind: 'ServiceAccount', name: 'pruner', namespace: home }],
        },
      )
    return connect({ kubeconfig, namespace: home, environment: {} })
  }

  it('34: the newest by the time of the cut stay, whenever their objects were made', async () => {
    await putNamespace(admin, 's34')
    // Made in the reverse order of their cuts.
    for (let n = 0; n < 9; n += 1) {
      const day = addDays('2026-11-21', -n)
      const labels = daily(day)
      await putSnapshot(admin, { namespace: 's34', name: `s${String(n)}`, labels, cut: `${day}T00:00:00Z` })
    }
    expect((await prune({ namespaces: ['s34'] }, today)).partial).toBe(false)
    const after = await labelsIn(admin, 's34')
    const marked = [...after].flatMap(([name, labels]) => (labels['delete-after'] === '2026-11-21' ? name : []))
    expect(marked).toEqual(['s7', 's8'])
    expect([...after.values()].filter((labels) => labels['daily'] !== undefined)).toHaveLength(7)
  })

  it('36: marked today, it stands after a second run of today and goes on the first of tomorrow, storage and all', async () => {
    await putNamespace(admin, 's36')
    const put = async (name: string, labels: Record<string, string>, cut: string): Promise<void> =>
      putSnapshot(admin, {
        namespace: 's36',
        name,
        labels: { 'backup-ns.sh/pvc': 'data', ...labels },
        cut,
        content: true,
      })
    await put('new', daily('2026-11-21'), '2026-11-21T00:00:00Z')
    await put('bare', { 'backup-ns.sh/retain': 'daily_weekly_monthly' }, '2025-11-20T00:00:00Z')
    await put('gone', { 'backup-ns.sh/retain': 'daily_weekly_monthly' }, '2026-11-21T00:00:00Z')
    const days = { 'backup-ns.sh/retain': 'days', 'backup-ns.sh/delete-after': '2026-11-21' }
    await put('dated', days, '2026-10-21T00:00:00Z')
    const scope = { namespaces: ['s36'] }
    const rules = { daily: 1, weekly: 0, monthly: 0 }
    for (const now of [today, today]) {
      const plan = await planRetention(admin, scope, { rules, now, zone }, { signal })
      await applyRetention(admin, plan, { signal, mode: 'admin', patienceMs: 0 })
    }
    expect([...(await labelsIn(admin, 's36')).keys()]).toEqual(['bare', 'dated', 'gone', 'new'])
    const plan = await planRetention(admin, scope, { rules, now: tomorrow, zone }, { signal })
    const report = await applyRetention(admin, plan, { signal, mode: 'admin', patienceMs: 0 })
    expect(report.outcomes.filter(({ verdict }) => verdict.action === 'delete').map(({ end }) => end)).toEqual(
      Array.from({ length: 3 }, () => 'done'),
    )
    expect([...(await labelsIn(admin, 's36')).keys()]).toEqual(['new'])
    const policy = async (name: string): Promise<unknown> =>
      (await admin.get(KINDS.volumeSnapshotContent, { name: `content-s36-${name}` }, { signal }))?.spec
    expect(await policy('new')).toMatchObject({ deletionPolicy: 'Retain' })
    expect(await policy('dated')).toMatchObject({ deletionPolicy: 'Delete' })
  })

  it('37: nothing has a date, and that is well', async () => {
    await putNamespace(admin, 's37')
    expect(await prune({ namespaces: ['s37'] }, today)).toMatchObject({ outcomes: [], partial: false })
    const labels = daily('2026-11-21')
    await putSnapshot(admin, { namespace: 's37', name: 'one', labels, cut: '2026-11-21T00:00:00Z' })
    expect(await prune({ namespaces: ['s37'] }, today)).toMatchObject({ outcomes: [], partial: false })
  })

  it('39: one that got a tier back stays although its date is over, and the conflict is told', async () => {
    await putNamespace(admin, 's39')
    const again = { ...daily('2026-11-10'), 'backup-ns.sh/delete-after': '2026-11-19' }
    await putSnapshot(admin, { namespace: 's39', name: 'again', labels: again, cut: '2026-11-10T00:00:00Z' })
    const labels = daily('2026-11-21')
    await putSnapshot(admin, { namespace: 's39', name: 'new', labels, cut: '2026-11-21T00:00:00Z' })
    const plan = await planRetention(
      admin,
      { namespaces: ['s39'] },
      { rules: DEFAULT_RULES, now: today, zone },
      { signal },
    )
    expect(plan.findings).toMatchObject([{ code: 'RETENTION.CONFLICT' }])
    await applyRetention(admin, plan, { signal, mode: 'tenant' })
    expect((await labelsIn(admin, 's39')).get('again')).not.toHaveProperty('delete-after')
  })

  it('what changed after it was judged: a status does not keep it, a hold does', async () => {
    await putNamespace(admin, 'late')
    await putSnapshot(admin, {
      namespace: 'late',
      name: 'new',
      labels: daily('2026-11-21'),
      cut: '2026-11-21T00:00:00Z',
    })
    for (const name of ['status', 'hold']) {
      const labels = { ...TIERS, 'backup-ns.sh/pvc': 'data', 'backup-ns.sh/delete-after': '2026-11-01' }
      await putSnapshot(admin, { namespace: 'late', name, labels, cut: '2026-10-01T00:00:00Z' })
    }
    const settings = { rules: DEFAULT_RULES, now: today, zone }
    const plan = await planRetention(admin, { namespaces: ['late'] }, settings, { signal })
    const status = { status: { restoreSize: '1Gi' } }
    const at = { namespace: 'late', name: 'status', subresource: 'status' }
    await admin.patch(KINDS.volumeSnapshot, at, { type: 'merge', body: status }, { signal })
    await kubernetes.kubectl(['label', '-n', 'late', 'volumesnapshot/hold', 'salvage-kit.io/hold=audit'])
    const report = await applyRetention(admin, plan, { signal, mode: 'tenant', patienceMs: 0 })
    expect(report.outcomes.map(({ end }) => end).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['changed', 'done'])
    expect([...(await labelsIn(admin, 'late')).keys()]).toEqual(['hold', 'new'])
  })

  it('41, 42: who has rights in a and c only gets these done; b is told; nothing of the whole cluster is asked for', async () => {
    for (const namespace of ['s41-a', 's41-b', 's41-c']) {
      await putNamespace(admin, namespace)
      const labels = daily('2026-11-21')
      await putSnapshot(admin, { namespace, name: 'new', labels, cut: '2026-11-21T00:00:00Z' })
      const over = { ...TIERS, 'backup-ns.sh/pvc': 'data', 'backup-ns.sh/delete-after': '2026-11-01' }
      await putSnapshot(admin, { namespace, name: 'over', labels: over, cut: '2026-10-01T00:00:00Z' })
    }
    await using cluster = await tenant('s41-a', ['s41-a', 's41-c'])
    const named = await prune({ namespaces: ['s41-a', 's41-b'] }, today, { cluster, mode: 'tenant' })
    expect(named.partial).toBe(true)
    const fallback = { all: true as const, otherwise: ['s41-c'] }
    expect((await prune(fallback, today, { cluster, mode: 'tenant' })).partial).toBe(false)
    const left = await Promise.all(['s41-a', 's41-b', 's41-c'].map(async (name) => (await labelsIn(admin, name)).size))
    expect(left).toEqual([1, 2, 1])
    const asked = askedBy(kubernetes, 's41-a:pruner')
    if (asked === undefined) return
    // The one attempt to list across namespaces, which was refused.
    const outside = asked.filter(({ namespace }) => namespace === undefined)
    expect(outside).toEqual([{ verb: 'list', namespace: undefined, code: 403 }])
    expect(asked.length).toBeGreaterThan(5)
  })

  it('42: a tenant of named namespaces asks for nothing outside of them', async () => {
    await using cluster = await tenant('s41-c', ['s41-c'])
    await prune({ namespaces: ['s41-c'] }, tomorrow, { cluster, mode: 'tenant' })
    const asked = askedBy(kubernetes, 's41-c:pruner')
    if (asked !== undefined) expect(new Set(asked.map((one) => one.namespace))).toEqual(new Set(['s41-c']))
  })

  it('46: hundreds of claims are pruned over two days, each to its seven newest', async () => {
    const claims = Array.from({ length: 24 }, (_, n) => ({
      namespace: `s46-${String(n % 4)}`,
      pvc: `pvc-${String(n)}`,
    }))
    for (const namespace of new Set(claims.map((one) => one.namespace))) await putNamespace(admin, namespace)
    const all = claims.flatMap(({ namespace, pvc }) =>
      Array.from({ length: 20 }, (_, n) => ({ namespace, pvc, day: addDays('2026-11-21', -n) })),
    )
    await eachAtMost(16, all, async ({ namespace, pvc, day }) => {
      const labels = daily(day, pvc)
      await putSnapshot(admin, { namespace, name: `${pvc}-${day}`, labels, cut: `${day}T00:00:00Z`, content: true })
    })
    const scope = { namespaces: [...new Set(claims.map((one) => one.namespace))] }
    const marked = await prune(scope, today)
    expect(marked.outcomes.map(({ end }) => end)).toEqual(Array.from({ length: 24 * 13 }, () => 'done'))
    for (const mode of ['admin', 'tenant'] as const) {
      const namespaces = scope.namespaces.filter((_, n) => n % 2 === (mode === 'admin' ? 0 : 1))
      const since = performance.now()
      const { outcomes } = await prune({ namespaces }, tomorrow, { mode })
      const rate = outcomes.length / ((performance.now() - since) / 1_000)
      console.log(`${mode}: removed ${String(outcomes.length)} snapshots, ${rate.toFixed(0)} a second`)
      expect(outcomes.map(({ end }) => end)).toEqual(Array.from({ length: 12 * 13 }, () => 'done'))
    }
    for (const namespace of scope.namespaces) {
      const left = await labelsIn(admin, namespace)
      for (const group of Map.groupBy(left, ([, labels]) => labels['pvc']).values())
        expect(new Set(group.map(([, labels]) => labels['daily']))).toEqual(
          new Set(Array.from({ length: 7 }, (_, n) => addDays('2026-11-15', n))),
        )
    }
    expect(await prune(scope, tomorrow)).toMatchObject({ outcomes: [], partial: false })
  })
})
