import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import type { RestorePoint } from '../crane/restore-point.ts'
import { formatEvent } from './event-text.ts'
import type { RunEvent } from './event.ts'
import { jsonLine } from './json-lines.ts'
import type { RunReport } from './report.ts'

const NOW = new Date('2026-11-21T08:00:00.000Z')
const POINT: RestorePoint = {
  kind: 'archive',
  id: '4f3a',
  target: 'docker:db',
  store: 'archive:/b',
  takenAt: '2026-11-21T08:00:00.000Z',
  state: 'good',
  bytes: 3 * 1024 ** 3,
  storedBytes: 512 * 1024 ** 2,
  files: 1,
}
const KEPT: RestorePoint = {
  kind: 'snapshot',
  id: '4f3a',
  target: 'docker:db',
  store: 'csi:fast',
  takenAt: POINT.takenAt,
  state: 'good',
  files: 1,
}
const REPORT: RunReport = {
  version: 1,
  runId: 'r1',
  kind: 'run',
  startedAt: '2026-11-21T08:00:00.000Z',
  endedAt: '2026-11-21T08:02:03.456Z',
  outcome: 'partial',
  aborted: false,
  groups: [],
  skipped: [],
  stuck: [],
  warnings: [],
}
const FINDING = { code: 'A.B', message: 'it broke', why: 'rust', hint: 'oil it' }
const STUCK = { what: 'workload docker:web', runId: 'r0', attempts: 2, failure: FINDING }

/** One of each kind; a new kind does not compile without a line here. */
const SAMPLES: { readonly [K in RunEvent['type']]: readonly [Extract<RunEvent, { type: K }>, string | undefined] } = {
  'lock.awaited': [
    { type: 'lock.awaited', runId: 'r0', holder: 'process 7 on pod-1', atMostMs: 60_000 },
    'waiting to hear of run r0 (process 7 on pod-1): if nothing is heard for 1m, it is dead',
  ],
  'undo.waiting': [
    { type: 'undo.waiting', what: 'workload docker:web', runId: 'r0', failure: FINDING },
    'still trying to put back: workload docker:web (run r0): it broke [A.B]; why: rust; next: oil it',
  ],
  'run.started': [
    { type: 'run.started', runId: 'r1', kind: 'restore', groups: 1, targets: 2 },
    'restore r1: 2 targets in 1 group',
  ],
  'preflight.passed': [{ type: 'preflight.passed', runId: 'r1' }, 'all checks passed, nothing has been touched yet'],
  'group.started': [{ type: 'group.started', group: 'g1', targets: ['docker:db', 'dir:/a'] }, 'g1: docker:db, dir:/a'],
  'workload.quiescing': [
    { type: 'workload.quiescing', group: 'g1', workload: 'docker:web', quiescer: 'docker.stop' },
    'g1: bringing docker:web to rest (docker.stop)',
  ],
  'workload.quiesced': [
    { type: 'workload.quiesced', group: 'g1', workload: 'docker:web', quiescer: 'docker.stop' },
    'g1: docker:web is at rest',
  ],
  'workload.awaited': [
    { type: 'workload.awaited', workload: 'docker:web' },
    'waiting until docker:web is as healthy as before',
  ],
  'snapshot.kept': [
    { type: 'snapshot.kept', target: 'docker:db', point: KEPT, keepMs: 1400 },
    'docker:db: snapshot kept in csi:fast after 1.4s as 4f3a (1 file)',
  ],
  'lift.warmed': [
    { type: 'lift.warmed', target: 'docker:db', liftMs: 1400, whole: true },
    'docker:db: lifted warm after 1.4s',
  ],
  'workload.resuming': [
    { type: 'workload.resuming', workload: 'docker:web', quiescer: 'docker.stop' },
    'putting docker:web back (docker.stop)',
  ],
  'workload.resumed': [
    { type: 'workload.resumed', workload: 'docker:web', quiescer: 'docker.stop' },
    'docker:web is back as it was',
  ],
  'group.held': [{ type: 'group.held', group: 'g1', holdMs: 1440 }, 'g1: everything is up again, the hold took 1.4s'],
  'group.tainted': [
    { type: 'group.tainted', group: 'g1', why: 'docker:web was started' },
    'g1: its copies do not count: docker:web was started',
  ],
  'snapshot.taken': [
    { type: 'snapshot.taken', target: 'docker:db', snapshotter: 'btrfs' },
    'docker:db: snapshot taken (btrfs)',
  ],
  'lift.started': [
    { type: 'lift.started', target: 'docker:db', store: 'archive:/b' },
    'docker:db: lifting to archive:/b',
  ],
  'lift.progress': [{ type: 'lift.progress', target: 'docker:db', progress: { bytes: 1 } }, undefined],
  'lift.finished': [
    { type: 'lift.finished', target: 'docker:db', point: POINT, liftMs: 65_400 },
    'docker:db: lifted in 1m5s as 4f3a (3.0 GiB, 1 file, 512.0 MiB stored)',
  ],
  'target.failed': [
    { type: 'target.failed', target: 'docker:db', finding: FINDING },
    'docker:db: failed: it broke [A.B]; why: rust; next: oil it',
  ],
  'target.skipped': [
    { type: 'target.skipped', target: 'docker:db', finding: { code: 'A.B', message: 'not there' } },
    'docker:db: skipped: not there [A.B]',
  ],
  'lower.started': [
    { type: 'lower.started', target: 'dir:/new', point: POINT },
    'dir:/new: restoring point 4f3a of docker:db from archive:/b',
  ],
  'lower.progress': [{ type: 'lower.progress', target: 'dir:/new', progress: { bytes: 1 } }, undefined],
  'lower.finished': [
    { type: 'lower.finished', target: 'dir:/new', point: { ...POINT, state: 'partial' }, lowerMs: 340 },
    'dir:/new: lowered in 340ms from 4f3a (3.0 GiB, 1 file, 512.0 MiB stored), PARTIAL',
  ],
  'load.started': [
    { type: 'load.started', target: 'dump:db', files: 2 },
    'dump:db: loading 2 files of a dump, proven whole',
  ],
  'load.finished': [{ type: 'load.finished', target: 'dump:db', loadMs: 340 }, 'dump:db: loaded in 340ms'],
  'verb.started': [{ type: 'verb.started', runId: 'r1', verb: 'snapshot', target: 'btrfs:db' }, 'btrfs:db: snapshot'],
  'verb.finished': [
    { type: 'verb.finished', runId: 'r1', verb: 'snapshot', target: 'btrfs:db', verbMs: 1500 },
    'btrfs:db: snapshot done in 1.5s',
  ],
  'verb.failed': [
    { type: 'verb.failed', runId: 'r1', verb: 'snapshot', target: 'btrfs:db', finding: FINDING },
    'btrfs:db: snapshot failed: it broke [A.B]; why: rust; next: oil it',
  ],
  undone: [{ type: 'undone', what: 'lift l-1', runId: 'r0' }, 'undone: lift l-1 (run r0)'],
  stuck: [
    { type: 'stuck', entry: STUCK },
    'STUCK: workload docker:web (run r0): it broke [A.B]; why: rust; next: oil it',
  ],
  warning: [{ type: 'warning', finding: { code: 'A.B', message: 'odd' } }, 'warning: odd [A.B]'],
  'run.finished': [{ type: 'run.finished', report: REPORT }, 'run r1: partial after 2m3s'],
}

const CASES: readonly (readonly [RunEvent, string | undefined])[] = Object.values(SAMPLES)

test.each(CASES.map(([event, text]) => [event.type, event, text] as const))(
  'tells %s on one line',
  (_type, event, text) => {
    expect(formatEvent(event)).toBe(text)
  },
)

test('dumps bring nobody to rest, and there is nothing to put back', () => {
  const dump = { workload: 'dumps:/a', quiescer: 'dumps', dumps: true } as const
  expect(formatEvent({ type: 'workload.quiescing', group: 'g1', ...dump })).toBe(
    'g1: preparing dumps:/a, nobody comes to rest',
  )
  expect(formatEvent({ type: 'workload.quiesced', group: 'g1', ...dump })).toBe('g1: dumps:/a is ready')
  expect(formatEvent({ type: 'workload.resuming', ...dump })).toBeUndefined()
  expect(formatEvent({ type: 'workload.resumed', ...dump })).toBeUndefined()
})

test('an aborted run says so', () => {
  const report: RunReport = { ...REPORT, kind: 'restore', aborted: true, outcome: 'failed' }
  expect(formatEvent({ type: 'run.finished', report })).toBe('restore r1: aborted after 2m3s')
})

test('a run after which something is down says so, however good its copies are', () => {
  const report: RunReport = { ...REPORT, stuck: [STUCK] }
  expect(formatEvent({ type: 'run.finished', report })).toContain('NOT ALL PUT BACK')
})

test('whatever a message holds, it stays on one line and cannot steer a terminal', () => {
  assert(
    property(string({ unit: 'binary' }), (message) => {
      const text = formatEvent({ type: 'warning', finding: { code: 'A.B', message, why: message, hint: message } })
      // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    }),
  )
})

/** Programs read these: a key that changes or goes needs a new version. */
const KEYS: { readonly [type in RunEvent['type']]: string } = {
  'run.started': 'runId kind groups targets',
  'preflight.passed': 'runId',
  'group.started': 'group targets',
  'workload.quiescing': 'group workload quiescer',
  'workload.quiesced': 'group workload quiescer',
  'workload.resuming': 'workload quiescer',
  'workload.resumed': 'workload quiescer',
  'workload.awaited': 'workload',
  'lift.warmed': 'target liftMs whole',
  'group.held': 'group holdMs',
  'group.tainted': 'group why',
  'snapshot.taken': 'target snapshotter',
  'snapshot.kept': 'target point keepMs',
  'lift.started': 'target store',
  'lift.progress': 'target progress',
  'lift.finished': 'target point liftMs',
  'target.failed': 'target finding',
  'target.skipped': 'target finding',
  'lower.started': 'target point',
  'lower.progress': 'target progress',
  'lower.finished': 'target point lowerMs',
  'lock.awaited': 'runId holder atMostMs',
  'undo.waiting': 'what runId failure',
  'load.started': 'target files',
  'load.finished': 'target loadMs',
  'verb.started': 'runId verb target',
  'verb.finished': 'runId verb target verbMs',
  'verb.failed': 'runId verb target finding',
  undone: 'what runId',
  stuck: 'entry',
  warning: 'finding',
  'run.finished': 'report',
}

test.each(CASES.map(([event]) => [event.type, event] as const))('writes %s as JSON with stable keys', (type, event) => {
  const line = jsonLine(event, NOW)
  expect(line).not.toContain('\n')
  const read: unknown = JSON.parse(line)
  expect(read).toEqual({ time: '2026-11-21T08:00:00.000Z', version: 1, ...event })
  expect(Object.keys(Object(read))).toEqual(['time', 'version', 'type', ...KEYS[type].split(' ')])
})
