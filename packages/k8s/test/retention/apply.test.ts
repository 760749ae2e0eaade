import { SalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { applyRetention, type ApplyOptions } from '../../src/retention/apply.ts'
import type { RetentionReport } from '../../src/retention/outcome.ts'
import { planRetention, type RetentionScope } from '../../src/retention/plan.ts'
import { DEFAULT_RULES } from '../../src/retention/rules.ts'
import { retentionTable } from '../../src/retention/table.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { fakeCluster, forbidden, type FakeCluster } from '../fake-cluster.ts'
import { put } from './put.ts'

const now = new Date('2026-11-21T12:00:00Z')
const settings = { rules: DEFAULT_RULES, now, zone: 'UTC' }
const signal = new AbortController().signal
const everything: RetentionScope = { all: true }

/** In each namespace: the newest, one whose date is over, and one that loses its tier. */
function fleet(namespaces: readonly string[], namespace?: string): FakeCluster {
  const cluster = fakeCluster(namespace)
  for (const one of namespaces) {
    put(cluster, one, 'new', '2026-11-21', { daily: '2026-11-21' })
    put(cluster, one, 'over', '2026-11-01', { 'delete-after': '2026-11-20' })
    put(cluster, one, 'bare', '2026-11-02', {
      retain: 'daily_weekly_monthly',
      'salvage-kit.io/extra': 'x',
      daily: '2026-11-21',
    })
  }
  return cluster
}

async function prune(
  cluster: FakeCluster,
  scope: RetentionScope = everything,
  options: Partial<ApplyOptions> = {},
): Promise<RetentionReport> {
  const plan = await planRetention(cluster, scope, settings, { signal })
  return applyRetention(cluster, plan, { signal, mode: 'tenant', patienceMs: 0, ...options })
}

function names(cluster: FakeCluster): readonly string[] {
  return cluster.all(KINDS.volumeSnapshot).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
}

function policies(cluster: FakeCluster): readonly unknown[] {
  return cluster.all(KINDS.volumeSnapshotContent).map(({ spec }) => spec)
}

test('41, O3: a namespace that may not be read is told, the others are done', async () => {
  const cluster = fleet(['a', 'b', 'c'])
  cluster.before = (call) => {
    if (call.verb === 'list' && call.namespace === 'b') throw forbidden(call)
  }
  const plan = await planRetention(cluster, { namespaces: ['a', 'b', 'c'] }, settings, { signal })
  expect(plan.skipped).toMatchObject([{ namespace: 'b', finding: { code: 'RETENTION.SKIPPED' } }])
  const report = await applyRetention(cluster, plan, { signal, mode: 'tenant', patienceMs: 0 })
  expect(report.partial).toBe(true)
  expect(names(cluster)).toEqual(['a/new', 'a/bare', 'b/new', 'b/over', 'b/bare', 'c/new', 'c/bare'])
})

test('41: rights that lack for one verb in one namespace fail that alone, and are asked for once', async () => {
  const cluster = fleet(['a', 'b', 'c'])
  cluster.before = (call) => {
    if (call.verb === 'remove' && call.namespace === 'b') throw forbidden(call)
  }
  const report = await prune(cluster)
  expect(report.partial).toBe(true)
  expect(
    report.outcomes.filter(({ end }) => end === 'failed').map(({ verdict }) => verdict.snapshot.namespace),
  ).toEqual(['b'])
  expect(names(cluster)).toContain('b/over')
  expect(names(cluster)).not.toContain('c/over')
})

test('42: who may not list across namespaces gets the named ones and his own', async () => {
  const cluster = fleet(['a', 'b', 'c', 'own'], 'own')
  cluster.before = (call) => {
    if (call.verb === 'list' && call.namespace === undefined) throw forbidden(call)
  }
  const plan = await planRetention(cluster, { all: true, otherwise: ['a', 'b'] }, settings, { signal })
  expect(plan.namespaces.map(({ namespace }) => namespace)).toEqual(['a', 'b', 'own'])
})

test('a tenant asks for nothing outside of his namespaces', async () => {
  const cluster = fleet(['a', 'b'])
  await prune(cluster, { namespaces: ['a'] })
  expect(cluster.calls.filter(({ namespace }) => namespace !== 'a')).toEqual([])
  expect(names(cluster)).not.toContain('a/over')
})

test('in admin mode the storage is freed, by the content of this very snapshot', async () => {
  const cluster = fleet(['a'])
  await prune(cluster, everything, { mode: 'admin' })
  expect(policies(cluster)).toMatchObject([
    { deletionPolicy: 'Retain' },
    { deletionPolicy: 'Delete' },
    { deletionPolicy: 'Retain' },
  ])
})

test('D14: the policy is put back when the removal fails', async () => {
  const cluster = fleet(['a'])
  cluster.before = (call) => {
    if (call.verb === 'remove') throw new SalvageError('K8S.REFUSED', 'a webhook says no')
  }
  const report = await prune(cluster, everything, { mode: 'admin' })
  expect(report).toMatchObject({ partial: true })
  expect(
    cluster.calls.filter(({ verb, kind }) => verb === 'patch' && kind === KINDS.volumeSnapshotContent),
  ).toHaveLength(2)
  expect(policies(cluster)).toMatchObject(Array.from({ length: 3 }, () => ({ deletionPolicy: 'Retain' })))
})

test('D14: what a dead run left at Delete is put back when its snapshot is to stay', async () => {
  const cluster = fleet(['a'])
  const [content] = cluster.all(KINDS.volumeSnapshotContent)
  if (content === undefined) throw new Error('no content')
  cluster.put(KINDS.volumeSnapshotContent, {
    ...content,
    metadata: { ...content.metadata, labels: { 'salvage-kit.io/deletion-policy-was': 'Retain' } },
    spec: { deletionPolicy: 'Delete', volumeSnapshotRef: { namespace: 'a', name: 'new', uid: 'uid-1' } },
  })
  await prune(cluster, everything, { mode: 'admin' })
  expect(policies(cluster)[0]).toMatchObject({ deletionPolicy: 'Retain' })
})

test('a content that belongs to another snapshot is not touched, and neither is the snapshot', async () => {
  const cluster = fleet(['a'])
  const content = cluster.all(KINDS.volumeSnapshotContent)[1]
  if (content === undefined) throw new Error('no content')
  cluster.put(KINDS.volumeSnapshotContent, {
    ...content,
    spec: { deletionPolicy: 'Retain', volumeSnapshotRef: { namespace: 'a', name: 'new', uid: 'uid-1' } },
  })
  const report = await prune(cluster, everything, { mode: 'admin' })
  expect(report.outcomes.find(({ end }) => end === 'failed')?.finding?.code).toBe('RETENTION.FOREIGN_CONTENT')
  expect(names(cluster)).toContain('a/over')
  expect(policies(cluster)[1]).toMatchObject({ deletionPolicy: 'Retain' })
})

test('what somebody changed after it was judged stays as it is', async () => {
  const cluster = fleet(['a'])
  const plan = await planRetention(cluster, everything, settings, { signal })
  put(cluster, 'a', 'bare', '2026-11-02', { daily: '2026-11-21', 'salvage-kit.io/hold': 'no' })
  const over = cluster.all(KINDS.volumeSnapshot).find(({ metadata }) => metadata.name === 'over')
  if (over === undefined) throw new Error('no snapshot')
  const labels = { ...over.metadata.labels, 'salvage-kit.io/hold': 'no' }
  cluster.put(KINDS.volumeSnapshot, { ...over, metadata: { ...over.metadata, labels } })
  const report = await applyRetention(cluster, plan, { signal, mode: 'tenant', patienceMs: 0 })
  expect(names(cluster)).toContain('a/over')
  expect(report.outcomes.map(({ end }) => end)).toEqual(['gone', 'changed'])
  expect(report.outcomes[1]?.finding?.code).toBe('RETENTION.CHANGED')
})

test('another snapshot of the same name is not removed', async () => {
  const cluster = fleet(['a'])
  const plan = await planRetention(cluster, everything, settings, { signal })
  put(cluster, 'a', 'over', '2026-11-21')
  for (const mode of ['tenant', 'admin'] as const) await applyRetention(cluster, plan, { signal, mode, patienceMs: 0 })
  expect(names(cluster)).toContain('a/over')
})

test('D16: nothing of a claim is removed once the good one that was to stay is gone', async () => {
  const cluster = fleet(['a'])
  const plan = await planRetention(cluster, everything, settings, { signal })
  await cluster.remove(KINDS.volumeSnapshot, { namespace: 'a', name: 'new' }, { signal })
  const report = await applyRetention(cluster, plan, { signal, mode: 'tenant', patienceMs: 0 })
  expect(report.outcomes.find(({ verdict }) => verdict.action === 'delete')?.finding?.code).toBe(
    'RETENTION.LAST_GOOD_GONE',
  )
  expect(names(cluster)).toContain('a/over')
})

test('a status that is written in between is no reason to let it stand', async () => {
  const cluster = fleet(['a'])
  const plan = await planRetention(cluster, everything, settings, { signal })
  for (const one of cluster.all(KINDS.volumeSnapshot)) cluster.put(KINDS.volumeSnapshot, one)
  expect((await applyRetention(cluster, plan, { signal, mode: 'tenant', patienceMs: 0 })).partial).toBe(false)
  expect(names(cluster)).not.toContain('a/over')
})

test('O4: one that a finalizer holds is told and waited for no longer than is allowed', async () => {
  const cluster = fleet(['a'])
  const over = cluster.all(KINDS.volumeSnapshot).find(({ metadata }) => metadata.name === 'over')
  if (over === undefined) throw new Error('no snapshot')
  cluster.put(KINDS.volumeSnapshot, { ...over, metadata: { ...over.metadata, finalizers: ['x/y'] } })
  const report = await prune(cluster)
  expect(report).toMatchObject({
    partial: true,
    outcomes: [{}, { end: 'pending', finding: { code: 'RETENTION.PENDING' } }],
  })
})

test('47: a patch whose answer is lost is found to be done', async () => {
  const cluster = fleet(['a'])
  cluster.after = ({ verb }) => {
    cluster.after = () => undefined
    if (verb === 'patch') throw new SalvageError('K8S.UNREACHABLE', 'cut', { retryable: true })
  }
  expect(await prune(cluster)).toMatchObject({ partial: false, outcomes: [{ end: 'done' }, { end: 'done' }] })
})

test('an abort ends it, and a second run does the rest', async () => {
  const cluster = fleet(['a', 'b', 'c', 'd'])
  const stop = new AbortController()
  cluster.after = () => stop.abort(new Error('enough'))
  const plan = await planRetention(cluster, everything, settings, { signal })
  await expect(
    applyRetention(cluster, plan, { signal: stop.signal, mode: 'tenant', width: 2, patienceMs: 0 }),
  ).rejects.toThrow('enough')
  expect(names(cluster)).toHaveLength(12)
  cluster.after = () => undefined
  expect((await prune(cluster)).partial).toBe(false)
  expect(names(cluster)).toHaveLength(8)
})

test('the table of a dry run says what and why, and nothing was asked for but lists', async () => {
  const cluster = fleet(['a'])
  const plan = await planRetention(cluster, everything, settings, { signal })
  expect(retentionTable(plan)).toBe(
    [
      'NAMESPACE  SNAPSHOT  CLAIM  CUT                   VERDICT  REASON                                  LABELS',
      'a          new       data   2026-11-21T00:00:00Z  keep     daily 2026-11-21 (1 of 7)',
      'a          bare      data   2026-11-02T00:00:00Z  mark     its extra daily is that of another one  backup-ns.sh/daily- salvage-kit.io/extra- backup-ns.sh/delete-after=2026-11-21',
      'a          over      data   2026-11-01T00:00:00Z  delete   2026-11-20 is over; new stays',
    ].join('\n'),
  )
  expect(new Set(cluster.calls.map(({ verb }) => verb))).toEqual(new Set(['list']))
})
