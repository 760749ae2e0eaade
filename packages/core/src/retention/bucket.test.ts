import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf } from './bucket.ts'

test('the periods of one time', () => {
  const time = new Date('2026-11-21T08:59:59.999Z')
  expect((['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const).map((rule) => bucketOf(rule, time))).toEqual([
    '2026-11-21T08',
    '2026-11-21',
    '2026-W47',
    '2026-11',
    '2026',
  ])
})

test.each([
  ['2021-01-03', '2020-W53'],
  ['2021-01-04', '2021-W01'],
  ['2018-12-31', '2019-W01'],
  ['2016-01-03', '2015-W53'],
  ['2024-12-29', '2024-W52'],
  ['2024-12-30', '2025-W01'],
  ['2026-01-01', '2026-W01'],
  ['2026-12-31', '2026-W53'],
])('%s lies in %s', (day, week) => {
  expect(bucketOf('weekly', new Date(`${day}T00:00:00Z`))).toBe(week)
  expect(bucketOf('weekly', new Date(`${day}T23:59:59.999Z`))).toBe(week)
})

test('a week has seven days and begins on Monday', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2200-01-01') }), (time) => {
      const next = new Date(time.getTime() + 86_400_000)
      expect(bucketOf('weekly', time) === bucketOf('weekly', next)).toBe(next.getUTCDay() !== 1)
    }),
  )
})
