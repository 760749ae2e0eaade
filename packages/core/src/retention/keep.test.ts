import { describe, expect, test } from 'vitest'
import { point } from '../../test/retention/build.ts'
import { keepPolicy } from './keep.ts'
import type { KeepRules } from './policy.ts'

const now = new Date('2026-11-21T12:00:00Z')

function kept(rules: KeepRules, times: readonly string[]): readonly string[] {
  const points = times.map((takenAt) => point(takenAt))
  return keepPolicy(rules)(points, now).flatMap((verdict) => (verdict.keep ? verdict.point.takenAt : []))
}

describe('one rule alone keeps the newest of each of the newest periods that have one', () => {
  const times = [
    '2024-05-01T00:00:00Z',
    '2025-12-31T23:59:59Z',
    '2026-01-01T00:00:00Z',
    '2026-11-01T00:00:00Z',
    '2026-11-15T23:00:00Z',
    '2026-11-16T01:00:00Z',
    '2026-11-20T09:00:00Z',
    '2026-11-21T08:10:00Z',
    '2026-11-21T08:50:00Z',
    '2026-11-21T12:00:00Z',
  ]
  test.each<[KeepRules, string[]]>([
    [{ last: 2 }, ['2026-11-21T08:50:00Z', '2026-11-21T12:00:00Z']],
    [{ hourly: 3 }, ['2026-11-20T09:00:00Z', '2026-11-21T08:50:00Z', '2026-11-21T12:00:00Z']],
    [{ daily: 3 }, ['2026-11-16T01:00:00Z', '2026-11-20T09:00:00Z', '2026-11-21T12:00:00Z']],
    [{ weekly: 3 }, ['2026-11-01T00:00:00Z', '2026-11-15T23:00:00Z', '2026-11-21T12:00:00Z']],
    [{ monthly: 3 }, ['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-11-21T12:00:00Z']],
    [{ yearly: 5 }, ['2024-05-01T00:00:00Z', '2025-12-31T23:59:59Z', '2026-11-21T12:00:00Z']],
    [{ withinMs: 86_400_000 }, ['2026-11-21T08:10:00Z', '2026-11-21T08:50:00Z', '2026-11-21T12:00:00Z']],
    [{ last: 0 }, ['2026-11-21T12:00:00Z']],
    [{}, times],
  ])('%j', (rules, expected) => {
    expect(kept(rules, times)).toEqual(expected)
  })
})

test('reasons say which rules keep a point, and why another goes', () => {
  const points = [point('2026-11-21T08:00:00Z'), point('2026-11-21T07:00:00Z'), point('2026-11-19T07:00:00Z')]
  expect(keepPolicy({ last: 1, daily: 1, withinMs: 3_600_000 })(points, now).map((verdict) => verdict.reasons)).toEqual(
    [
      ['the last good one', 'one of the last 1', 'daily 2026-11-21'],
      ['older than 1h', 'older than the last 1', 'daily 2026-11-21 has a newer one'],
      ['older than 1h', 'older than the last 1', 'older than what daily 1 keeps'],
    ],
  )
})

test('verdicts come in the order of the points, which stay as they were', () => {
  const points = Object.freeze([
    point('2026-11-19T07:00:00Z'),
    point('2026-11-21T08:00:00Z'),
    point('2026-11-20T07:00:00Z'),
  ])
  const verdicts = keepPolicy({ last: 1 })(points, now)
  expect(verdicts.map((verdict) => verdict.point)).toEqual(points)
  expect(verdicts.map((verdict) => verdict.keep)).toEqual([false, true, false])
})

test('each target is judged for itself', () => {
  const points = [point('2020-01-01T00:00:00Z', { target: 'docker:b' }), point('2026-11-21T08:00:00Z')]
  expect(keepPolicy({ last: 1 })(points, now).map((verdict) => verdict.keep)).toEqual([true, true])
})

test('a partial point does not displace a good one, and goes when a newer good one stands', () => {
  const points = [
    point('2026-11-21T09:00:00Z', { state: 'partial' }),
    point('2026-11-21T08:00:00Z'),
    point('2026-11-21T08:00:00Z', { state: 'partial' }),
    point('2026-11-21T07:00:00Z', { state: 'partial' }),
    point('2026-11-20T07:00:00Z'),
  ]
  expect(keepPolicy({ daily: 2 })(points, now).map(({ keep, reasons }) => [keep, reasons[0]])).toEqual([
    [true, 'no good one is newer'],
    [true, 'the last good one'],
    [false, 'partial, and a newer good one stands'],
    [false, 'partial, and a newer good one stands'],
    [true, 'daily 2026-11-20'],
  ])
  expect(keepPolicy({ withinMs: 5 * 3_600_000 })(points, now).map((verdict) => verdict.keep)).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
})

test('without any good point the partial ones stay', () => {
  const points = [
    point('2026-11-21T09:00:00Z', { state: 'partial' }),
    point('2020-01-01T00:00:00Z', { state: 'partial' }),
  ]
  expect(keepPolicy({ last: 1 })(points, now).map((verdict) => verdict.keep)).toEqual([true, true])
})

test('a point from the future, or of no time, is kept and takes no slot', () => {
  const points = [
    point('2027-01-01T00:00:00Z'),
    point('yesterday'),
    point('2026-11-21T08:00:00Z'),
    point('2026-11-20T08:00:00Z'),
  ]
  expect(keepPolicy({ last: 1 })(points, now).map(({ keep, reasons }) => [keep, reasons[0]])).toEqual([
    [true, 'its time lies ahead of now'],
    [true, 'its time cannot be read'],
    [true, 'the last good one'],
    [false, 'older than the last 1'],
  ])
})

test('two points of one time are two points of `last`', () => {
  const points = [point('2026-11-21T08:00:00Z'), point('2026-11-21T08:00:00Z'), point('2026-11-21T07:00:00Z')]
  expect(keepPolicy({ last: 2 })(points, now).map((verdict) => verdict.keep)).toEqual([true, true, false])
})

test('a pinned point is kept and says by what', () => {
  const points = [point('2026-11-21T08:00:00Z'), point('2020-01-01T00:00:00Z', { pinned: 'parent of x' })]
  expect(keepPolicy({ last: 1 })(points, now)[1]).toMatchObject({ keep: true, reasons: ['pinned: parent of x'] })
})

test('a point that is listed twice is one point, with one verdict', () => {
  const twice = point('2026-11-21T08:00:00Z')
  const points = [twice, twice, point('2026-11-21T07:00:00Z'), point('2026-11-21T06:00:00Z')]
  expect(keepPolicy({ last: 2 })(points, now).map((verdict) => verdict.keep)).toEqual([true, true, true, false])
  const pinned = { ...twice, takenAt: '2020-01-01T00:00:00Z', pinned: 'by hand' }
  const old = { ...twice, takenAt: '2020-01-01T00:00:00Z' }
  const verdicts = keepPolicy({ last: 1 })([point('2026-11-21T09:00:00Z'), old, pinned], now)
  expect(verdicts.map((verdict) => verdict.keep)).toEqual([true, true, true])
  expect(verdicts[1]?.reasons).toEqual(['pinned: by hand'])
})

test('machines that copy a target of one name into one store have their own points', () => {
  const points = [
    point('2026-11-21T08:00:00Z', { machine: 'a' }),
    point('2026-11-20T08:00:00Z', { machine: 'b' }),
    point('2026-11-19T08:00:00Z', { machine: 'b' }),
  ]
  expect(keepPolicy({ last: 1 })(points, now).map((verdict) => verdict.keep)).toEqual([true, true, false])
})

test.each([{ last: -1 }, { daily: NaN }, { withinMs: -5 }])('the rule %j is a bug', (rules) => {
  expect(() => keepPolicy(rules)).toThrow(RangeError)
})
