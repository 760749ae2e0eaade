import { keepPolicy } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { pruneText } from './prune-text.ts'

const store = { ref: 'archive:/b', crane: 'archive', settings: { directory: '/b' } } as const
const rules = { last: 1, daily: 2, withinMs: 3_600_000 } as const

function point(day: number, said: Partial<RestorePoint> = {}): RestorePoint {
  return {
    kind: 'archive',
    id: `run-${String(day)}`,
    target: 'docker:pgdata',
    store: store.ref,
    takenAt: `2026-11-${String(day)}T08:00:12.000Z`,
    state: 'good',
    machine: 'web1',
    bytes: 2048,
    storedBytes: 1024,
    ...said,
  }
}

const judge = (points: readonly RestorePoint[]) => keepPolicy(rules)(points, new Date('2026-11-21T12:00:00Z'))

test('a dry run says of each point why it stays or would go, target by target', () => {
  const verdicts = judge([point(21), point(20), point(19), point(18), point(17, { target: 'dir:/etc' })])
  const text = pruneText({ store, rules, dryRun: true, report: { verdicts, removed: [], problems: [] } })
  expect(text).toBe(`archive:/b, keeping last 1, daily 2, within 1h

dir:/etc
VERDICT  TAKEN                 POINT   STATE     SIZE  WHY
keep     2026-11-17 08:00:12Z  run-17  good   2.0 KiB  the last good one, one of the last 1, daily 2026-11-17

docker:pgdata
VERDICT   TAKEN                 POINT   STATE     SIZE  WHY
would go  2026-11-18 08:00:12Z  run-18  good   2.0 KiB  older than 1h, older than the last 1, older than what daily 2 keeps
would go  2026-11-19 08:00:12Z  run-19  good   2.0 KiB  older than 1h, older than the last 1, older than what daily 2 keeps
keep      2026-11-20 08:00:12Z  run-20  good   2.0 KiB  daily 2026-11-20
keep      2026-11-21 08:00:12Z  run-21  good   2.0 KiB  the last good one, one of the last 1, daily 2026-11-21

3 points kept, 2 would go (2.0 KiB); without --dry-run they go
`)
})

test('machines are told apart, since each is judged for itself', () => {
  const verdicts = judge([point(21), point(20, { machine: 'web2' })])
  const text = pruneText({ store, rules, dryRun: true, report: { verdicts, removed: [], problems: [] } })
  expect(text).toMatch(/\ndocker:pgdata on web1\n[^]*\ndocker:pgdata on web2\n/)
  expect(text).toMatch(/\n2 points kept, 0 would go\n$/)
})

test('what is removed is gone; what restic frees is not known', () => {
  const verdicts = judge([point(21), point(20), point(18)])
  const removed = verdicts.filter(({ keep }) => !keep).map((verdict) => verdict.point)
  const restic = { ref: 'restic:/r', crane: 'restic', settings: {} } as const
  const text = pruneText({ store: restic, rules, dryRun: false, report: { verdicts, removed, problems: [] } })
  expect(text).toMatch(/\ngone +2026-11-18 .*\n/)
  expect(text).toMatch(/\n2 points kept, 1 removed\n$/)
  const none = { verdicts: [], removed: [], problems: [] }
  expect(pruneText({ store, rules, dryRun: true, report: none })).toBe('archive:/b has no restore points to judge\n')
})
