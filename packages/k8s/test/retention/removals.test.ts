import { expect, test } from 'vitest'
import { applyRetention } from '../../src/retention/apply.ts'
import type { RetentionReport } from '../../src/retention/outcome.ts'
import { planRetention } from '../../src/retention/plan.ts'
import { DEFAULT_RULES } from '../../src/retention/rules.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { fakeCluster, type FakeCluster } from '../fake-cluster.ts'
import { put } from './put.ts'

const settings = { rules: DEFAULT_RULES, now: new Date('2026-11-21T12:00:00Z'), zone: 'UTC' }
const signal = new AbortController().signal

async function prune(cluster: FakeCluster, mode: 'tenant' | 'admin'): Promise<RetentionReport> {
  const plan = await planRetention(cluster, { all: true }, settings, { signal })
  return applyRetention(cluster, plan, { signal, mode, patienceMs: 0 })
}

test('of many removals the contents are listed once, and one that has changed since is looked at', async () => {
  const cluster = fakeCluster()
  put(cluster, 'a', 'new', '2026-11-21', { daily: '2026-11-21' })
  for (let n = 0; n < 12; n += 1) put(cluster, 'a', `over-${String(n)}`, '2026-11-01', { 'delete-after': '2026-11-20' })
  let isTouched = false
  cluster.before = async ({ verb, kind, name }) => {
    if (isTouched || verb !== 'patch' || kind !== KINDS.volumeSnapshotContent || name === undefined) return
    isTouched = true
    const body = { metadata: { labels: { of: 'somebody' } } }
    await cluster.patch(kind, { name }, { type: 'merge', body }, { signal })
  }
  const report = await prune(cluster, 'admin')
  expect(report.outcomes.map(({ end }) => end)).toEqual(Array.from({ length: 12 }, () => 'done'))
  const asked = cluster.calls.filter(({ kind }) => kind === KINDS.volumeSnapshotContent).map(({ verb }) => verb)
  expect(asked.filter((verb) => verb === 'list')).toHaveLength(2)
  expect(asked.filter((verb) => verb === 'get')).toHaveLength(1)
  const told = cluster.all(KINDS.volumeSnapshotContent).filter(({ spec }) => JSON.stringify(spec).includes('Delete'))
  expect(told).toHaveLength(12)
  expect(told.filter(({ metadata }) => metadata.labels?.['of'] === 'somebody')).toHaveLength(1)
})

test('what a provisioner has left on a snapshot does not keep it, unless a claim is being made of it', async () => {
  const cluster = fakeCluster()
  put(cluster, 'a', 'new', '2026-11-21', { daily: '2026-11-21' })
  const protection = 'provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection'
  for (const name of ['left', 'needed']) {
    put(cluster, 'a', name, '2026-11-01', { 'delete-after': '2026-11-20' })
    const found = cluster.all(KINDS.volumeSnapshot).find(({ metadata }) => metadata.name === name)
    if (found === undefined) throw new Error('it was put there')
    cluster.put(KINDS.volumeSnapshot, { ...found, metadata: { ...found.metadata, finalizers: [protection] } })
  }
  cluster.put(KINDS.claim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'a', name: 'new' },
    spec: { dataSource: { name: 'needed' } },
    status: { phase: 'Pending' },
  })
  const report = await prune(cluster, 'tenant')
  const ends = new Map(report.outcomes.map(({ verdict, end }) => [verdict.snapshot.name, end]))
  expect(ends).toEqual(
    new Map([
      ['left', 'done'],
      ['needed', 'pending'],
    ]),
  )
  expect(new Set(cluster.all(KINDS.volumeSnapshot).map(({ metadata }) => metadata.name))).toEqual(
    new Set(['needed', 'new']),
  )
}, 20_000)
