import type { Finding, RunReport, TargetReport } from '@salvage-kit/core'
import type { EndNews, News, VolumeNews } from '../src/news.ts'

const AT = '2026-11-21T03:01:05.000Z'

/** A finding with these words. */
export function finding(message: string, why?: string): Finding {
  return { code: 'CRANE.FAILED', message, ...(why === undefined ? {} : { why }) }
}

/** What became of one Docker volume. */
export function targetReport(name: string, failure?: Finding): TargetReport {
  const outcome = failure === undefined ? 'good' : 'failed'
  return { target: `docker:${name}`, outcome, findings: failure === undefined ? [] : [failure] }
}

/** The report of a run with these targets in one group. */
export function runReport(targets: readonly TargetReport[], more: Partial<RunReport> = {}): RunReport {
  return {
    version: 1,
    runId: '20261121t030000z-4f9a2c',
    kind: 'run',
    tide: 'nightly',
    startedAt: '2026-11-21T03:00:00.000Z',
    endedAt: AT,
    outcome: targets.every(({ outcome }) => outcome === 'good') ? 'good' : 'failed',
    aborted: false,
    groups: [{ id: 'g1', targets }],
    skipped: [],
    stuck: [],
    warnings: [],
    ...more,
  }
}

/** The end of a run with that report. */
export function ended(event: EndNews['event'], report: RunReport): EndNews {
  return { event, machine: 'host1', tide: 'nightly', at: AT, runId: report.runId, durationMs: 61_000, report }
}

/** The end of a volume. */
export function volume(name: string, failure?: Finding): VolumeNews {
  return {
    event: failure === undefined ? 'volumeSuccess' : 'volumeFailure',
    machine: 'host1',
    tide: 'nightly',
    at: AT,
    runId: '20261121t030000z-4f9a2c',
    target: `docker:${name}`,
    crane: 'borg',
    durationMs: 61_500,
    ...(failure === undefined ? {} : { failure }),
  }
}

/** A run that was refused. */
export const refused: EndNews = {
  event: 'failure',
  machine: 'host1',
  tide: 'nightly',
  at: AT,
  durationMs: 0,
  failure: finding('the engine cannot be reached', 'connect ENOENT'),
}

/** One of each. */
export const samples: readonly News[] = [
  { event: 'test', machine: 'host1', at: AT },
  { event: 'start', machine: 'host1', tide: 'nightly', runId: '20261121t030000z-4f9a2c', at: AT },
  ended('success', runReport([targetReport('a'), targetReport('b')])),
  ended('partial', runReport([targetReport('a'), targetReport('b', finding('exit code 1'))], { outcome: 'partial' })),
  ended('failure', runReport([targetReport('b', finding('exit code 1'))])),
  refused,
  volume('data'),
  volume('data', finding('exit code 1')),
]
