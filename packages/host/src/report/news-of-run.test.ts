import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint, RunEvent, RunReport } from '@salvage-kit/core'
import type { News } from '@salvage-kit/notify'
import { expect, test } from 'vitest'
import { newsOfRun } from './news-of-run.ts'

const FINDING = { code: 'CRANE.FAILED', message: 'exit code 1' }
const point = (target: RestorePoint['target'], state: RestorePoint['state'] = 'good'): RestorePoint => ({
  kind: 'archive',
  id: 'p',
  target,
  store: 'crane:borg',
  takenAt: '2026-11-21T03:00:00.000Z',
  state,
})
const report = (more: Partial<RunReport> = {}): RunReport => ({
  version: 1,
  runId: 'r1',
  kind: 'run',
  tide: 'nightly',
  startedAt: '2026-11-21T03:00:00.000Z',
  endedAt: '2026-11-21T03:00:42.000Z',
  outcome: 'good',
  aborted: false,
  groups: [],
  skipped: [],
  stuck: [],
  warnings: [],
  ...more,
})
const started: RunEvent = { type: 'run.started', runId: 'r1', kind: 'run', groups: 1, targets: 3 }

function told(tell: (run: ReturnType<typeof newsOfRun>) => void): readonly News[] {
  const news: News[] = []
  tell(newsOfRun({ machine: 'm', tide: 'nightly', store: 'configured' }, (one) => news.push(one)))
  return news
}
const of = (...events: readonly RunEvent[]): readonly News[] =>
  told((run) => {
    for (const event of events) run.event(event)
  })

test('start, each volume once, end', () => {
  const news = of(
    started,
    { type: 'target.skipped', target: 'docker:gone', finding: FINDING },
    { type: 'lift.started', target: 'docker:a', store: 'crane:borg' },
    { type: 'lift.started', target: 'docker:b', store: 'restic:/secret/place' },
    { type: 'lift.finished', target: 'docker:a', point: point('docker:a'), liftMs: 1500 },
    { type: 'target.failed', target: 'docker:b', finding: FINDING },
    { type: 'target.failed', target: 'docker:b', finding: FINDING },
    { type: 'run.finished', report: report({ outcome: 'partial' }) },
  )
  expect(news).toMatchObject([
    { event: 'start', runId: 'r1', machine: 'm', tide: 'nightly' },
    { event: 'volumeFailure', target: 'docker:gone', crane: 'configured', durationMs: 0, failure: FINDING },
    { event: 'volumeSuccess', target: 'docker:a', crane: 'borg', durationMs: 1500 },
    { event: 'volumeFailure', target: 'docker:b', crane: 'restic', failure: FINDING },
    { event: 'partial', runId: 'r1', durationMs: 42_000 },
  ])
})

test('a snapshot that stays is a success at the end, unless a copy elsewhere of the same cut says more', () => {
  const kept = (target: RestorePoint['target']): RunEvent => ({
    type: 'snapshot.kept',
    target,
    point: { ...point(target), kind: 'snapshot', store: 'csi:fast' },
    keepMs: 700,
  })
  const news = of(
    started,
    kept('k8s:shop/data'),
    kept('k8s:shop/both'),
    kept('k8s:shop/half'),
    { type: 'lift.finished', target: 'k8s:shop/both', point: point('k8s:shop/both'), liftMs: 1500 },
    { type: 'target.failed', target: 'k8s:shop/half', finding: FINDING },
    { type: 'run.finished', report: report({ outcome: 'partial' }) },
  )
  expect(news.map(({ event }) => event)).toEqual([
    'start',
    'volumeSuccess',
    'volumeFailure',
    'volumeSuccess',
    'partial',
  ])
  expect(news.slice(1, 4)).toMatchObject([
    { target: 'k8s:shop/both', crane: 'borg', durationMs: 1500 },
    { target: 'k8s:shop/half', failure: FINDING },
    { target: 'k8s:shop/data', crane: 'csi', durationMs: 700, point: { store: 'csi:fast' } },
  ])
})

test('a copy that is not whole is no success', () => {
  expect(
    of(started, { type: 'lift.finished', target: 'docker:a', point: point('docker:a', 'partial'), liftMs: 1 })[1],
  ).toMatchObject({ event: 'volumeFailure', failure: { code: 'REPORT.PARTIAL' } })
})

test.each<[News['event'], Partial<RunReport>]>([
  ['success', {}],
  ['partial', { outcome: 'partial' }],
  ['failure', { outcome: 'failed' }],
  ['failure', { outcome: 'failed', aborted: true }],
  ['failure', { stuck: [{ what: 'w', runId: 'r', attempts: 1, failure: FINDING }] }],
])('%s after %j', (event, more) => {
  expect(of({ type: 'run.finished', report: report(more) })).toMatchObject([{ event }])
})

test('a run that is refused fails with its reason; one that ended is not told of twice', () => {
  const busy = new SalvageError('LOCK.BUSY', 'another run holds the lock', { hint: 'wait' })
  expect(told((run) => run.refused(busy))).toMatchObject([
    { event: 'failure', tide: 'nightly', failure: { code: 'LOCK.BUSY', message: 'another run holds the lock' } },
  ])
  expect(told((run) => run.refused(new SuppressedError(new Error('and closing failed'), busy)))).toMatchObject([
    { failure: { code: 'LOCK.BUSY' } },
  ])
  const both = told((run) => {
    run.event({ type: 'run.finished', report: report() })
    run.refused(busy)
  })
  expect(both).toMatchObject([{ event: 'success' }])
})
