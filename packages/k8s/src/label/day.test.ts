import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, dayIn, isoWeekOf, parseDay, timestampIn } from './day.ts'

test('the day and the clock of a zone', () => {
  const moment = new Date('2026-11-20T23:30:05.900Z')
  expect(dayIn('Europe/Vienna', moment)).toBe('2026-11-21')
  expect(dayIn('America/New_York', moment)).toBe('2026-11-20')
  expect(timestampIn('Europe/Vienna', moment)).toBe('2026-11-21-003005')
  expect(timestampIn('UTC', new Date('2026-11-21T00:00:00Z'))).toBe('2026-11-21-000000')
  expect(() => dayIn('Europe/Nowhere', moment)).toThrow(RangeError)
})

test('30 days after a day are 30 days of the calendar, also over clocks that change at midnight', () => {
  expect(addDays('2022-05-21', 30)).toBe('2022-06-20')
  const havana = dayIn('America/Havana', new Date('2026-02-06T05:17:00Z'))
  expect([havana, addDays(havana, 30)]).toEqual(['2026-02-06', '2026-03-08'])
  const santiago = dayIn('America/Santiago', new Date('2026-08-07T04:17:00Z'))
  expect([santiago, addDays(santiago, 30)]).toEqual(['2026-08-07', '2026-09-06'])
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
})

test.each(['', '1', 'never', '2025-1-5', '2026-02-30', '2026-13-01', ' 2026-11-21', '2026-11-21T00:00', '0000-00-00'])(
  '%j is no day',
  (text) => {
    expect(parseDay(text)).toBeUndefined()
  },
)

test('days that there are', () => {
  expect(['2024-02-29', '2026-11-21'].map(parseDay)).toEqual(['2024-02-29', '2026-11-21'])
})

test('weeks change on Mondays and nowhere else, and their number never jumps', () => {
  const days = fc.integer({ min: 0, max: 80_000 }).map((n) => addDays('1970-01-01', n))
  fc.assert(
    fc.property(days, (day) => {
      const [before, after] = [isoWeekOf(day), isoWeekOf(addDays(day, 1))]
      const isMonday = new Date(`${addDays(day, 1)}T00:00:00Z`).getUTCDay() === 1
      expect(after.week !== before.week || after.year !== before.year).toBe(isMonday)
      if (isMonday && after.year === before.year) expect(after.week).toBe(before.week + 1)
      if (after.year !== before.year) expect(after.week).toBe(1)
    }),
  )
})
