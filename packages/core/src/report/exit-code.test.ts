import { expect, test } from 'vitest'
import { SalvageError } from '../error.ts'
import { exitCodeOf, exitCodeOfError } from './exit-code.ts'
import type { RunReport, StuckEntry } from './report.ts'

const REPORT: RunReport = {
  version: 1,
  runId: 'r',
  kind: 'run',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:00.000Z',
  outcome: 'good',
  aborted: false,
  groups: [],
  skipped: [],
  stuck: [],
  warnings: [],
}
const STUCK: StuckEntry = { what: 'w', runId: 'r', attempts: 1, failure: { code: 'A.B', message: 'm' } }

test.each<[number, Partial<RunReport>]>([
  [0, {}],
  [0, { warnings: [{ code: 'A.B', message: 'm' }] }],
  [1, { outcome: 'failed' }],
  [3, { outcome: 'partial' }],
  [4, { stuck: [STUCK] }],
  [4, { stuck: [STUCK], outcome: 'failed', aborted: true }],
  [130, { outcome: 'failed', aborted: true }],
])('%i for a report with %j', (code, part) => {
  expect(exitCodeOf({ ...REPORT, ...part })).toBe(code)
})

test.each<[number, string]>([
  [1, 'DOCKER.UNREACHABLE'],
  [1, 'CRANE.FAILED'],
  [1, 'DEADLINE'],
  [1, 'CONFIGURATION.X'],
  [2, 'CONFIG.INVALID'],
  [2, 'REFERENCE.INVALID'],
  [2, 'TARGET.UNKNOWN'],
  [2, 'TIDE.EMPTY'],
  [2, 'PLAN.VERSION'],
  [2, 'LABEL.COMMAND'],
  [2, 'USAGE.X'],
  [2, 'CLI.USAGE'],
  [2, 'CRANE.UNKNOWN'],
  [2, 'STORE.UNKNOWN'],
  [2, 'RESTORE.POINT_UNKNOWN'],
  [4, 'RECOVER.PENDING'],
  [4, 'RECOVER.STUCK'],
  [4, 'JOURNAL.CORRUPT'],
  [5, 'PREFLIGHT.FAILED'],
  [5, 'JOURNAL.UNREADABLE'],
  [6, 'LOCK.BUSY'],
  [130, 'RUN.ABORTED'],
])('%i for %s', (code, name) => {
  expect(exitCodeOfError(new SalvageError(name, 'm'))).toBe(code)
})

test('the cause of a failed preflight does not change its code', () => {
  const error = new SalvageError('PREFLIGHT.FAILED', 'm', { cause: new SalvageError('CONFIG.INVALID', 'm') })
  expect(exitCodeOfError(error)).toBe(5)
})

test('a bug is a failure, an abort is an abort', () => {
  expect(exitCodeOfError(new Error('m'))).toBe(1)
  expect(exitCodeOfError(undefined)).toBe(1)
  expect(exitCodeOfError(Object.assign(new Error('m'), { code: 'LOCK.BUSY' }))).toBe(1)
  expect(exitCodeOfError(AbortSignal.abort().reason)).toBe(130)
})

test('of several errors in one the gravest counts', () => {
  const busy = new SalvageError('LOCK.BUSY', 'm')
  const stuck = new SalvageError('RECOVER.STUCK', 'm')
  const bug = new Error('m')
  expect(exitCodeOfError(new SuppressedError(bug, busy))).toBe(6)
  expect(exitCodeOfError(new AggregateError([bug, new SuppressedError(busy, stuck)]))).toBe(4)
  expect(exitCodeOfError(new AggregateError([bug]))).toBe(1)
})
