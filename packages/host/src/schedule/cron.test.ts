import { describe, expect, test } from 'vitest'
import { cronFault, cronTimes } from './cron.ts'

const NOW = new Date(2026, 10, 21, 8, 0, 30)

describe('what the original reads is read', () => {
  test.each([
    ['0 3 * * *', [22, 3, 0]],
    ['  0   3 * * *  ', [22, 3, 0]],
    ['*/15 * * * *', [21, 8, 15]],
    ['5/20 * * * *', [21, 8, 5]],
    ['0-30/10 9 * * *', [21, 9, 0]],
    ['0 0 * * SUN', [22, 0, 0]],
    ['0 0 * * 7', [22, 0, 0]],
    ['0 0 13 * 5', [27, 0, 0]],
    ['@daily', [22, 0, 0]],
    ['@Hourly', [21, 9, 0]],
  ])('%s', (text, [day, hour, minute]) => {
    expect(cronFault(text, NOW)).toBeUndefined()
    expect(cronTimes(text).after(NOW)).toEqual(new Date(2026, 10, day ?? 0, hour, minute))
  })
})

test('six fields begin with seconds', () => {
  expect(cronFault('15,45 0 9 * * *', NOW)).toBeUndefined()
  expect(cronTimes('15,45 0 9 * * *').after(NOW)).toEqual(new Date(2026, 10, 21, 9, 0, 15))
})

const day = (time: string): Date => new Date(`2026-11-21T${time}Z`)

test.each([
  ['@every 6h', '12:00', '06:00'],
  ['@every 1h30m', '09:00', '07:30'],
  ['@every 1.5h', '09:00', '07:30'],
  ['@every 90s', '08:01:30', '08:00'],
])('%s is due at multiples of it, whenever it is asked', (text, after, before) => {
  const times = cronTimes(text, 'Europe/Berlin')
  expect(cronFault(text, NOW)).toBeUndefined()
  expect(times.after(day('08:00:30'))).toEqual(day(after))
  expect(times.before(day('08:00:30'))).toEqual(day(before))
  // A time of the schedule is neither after nor before itself.
  expect(times.after(day(before))).toEqual(day(after))
  expect(times.before(day(after))).toEqual(day(before))
})

describe('where clocks are set (Europe/Berlin)', () => {
  const SPRING = ['2026-03-28T23:00Z', '2026-03-29T22:00Z'] as const
  const AUTUMN = ['2026-10-24T22:00Z', '2026-10-25T23:00Z'] as const
  test.each([
    ['a fixed time in the gap is due right after it', '30 2 * * *', SPRING, ['2026-03-29T01:00']],
    ['two times in the gap are one', '0,30 2 * * *', SPRING, ['2026-03-29T01:00']],
    ['others of that day stay', '30 2,14 * * *', SPRING, ['2026-03-29T01:00', '2026-03-29T12:30']],
    ['of a rhythm nothing is made up', '*/20 2 * * *', SPRING, []],
    ['a fixed time that comes twice is due once', '30 2 * * *', AUTUMN, ['2026-10-25T00:30']],
    ['a list of them too', '30 2,14 * * *', AUTUMN, ['2026-10-25T00:30', '2026-10-25T13:30']],
    ['a rhythm goes on', '*/30 2 * * *', AUTUMN, ['00:00', '00:30', '01:00', '01:30'].map((t) => `2026-10-25T${t}`)],
  ])('%s', (_, text, [from, to], expected) => {
    expect(runs(text, from, to)).toEqual(expected)
  })
})

describe('anything else is refused with a reason', () => {
  test.each([
    ['', /0 fields/],
    ['3', /1 fields/],
    ['0 0 0 3 * * *', /7 fields/],
    ['TZ=UTC 0 3 * * *', /./],
    ['0 0 ? * *', /means nothing/],
    ['0 25 * * *', /hour/],
    ['0 22-2 * * *', /22-2/],
    ['0 three * * *', /./],
    ['0 0 31 2 *', /no date matches/],
    ['0 0 30 FEB *', /no date matches/],
    ['@reboot', /nicknames/],
    ['@every 5', /span/],
    ['@every 0s', /span/],
    ['@every', /span/],
    ['2026-11-22T03:00:00', /1 fields/],
  ])('%s', (text, why) => {
    expect(cronFault(text, NOW)?.why).toMatch(why)
    expect(cronFault(text, NOW)?.hint).toContain('@daily')
  })
})

/** The times of a schedule in Berlin from one moment until before another. */
function runs(text: string, from: string, to: string): readonly string[] {
  const times = cronTimes(text, 'Europe/Berlin')
  const found: string[] = []
  for (let at = times.after(new Date(from)); at !== undefined && at < new Date(to); at = times.after(at))
    found.push(at.toISOString().slice(0, 16))
  return found
}
