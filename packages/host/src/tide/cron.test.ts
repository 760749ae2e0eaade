import { describe, expect, test } from 'vitest'
import { cronFault, nextDue } from './cron.ts'

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
    expect(nextDue(text, NOW)).toEqual(new Date(2026, 10, day ?? 0, hour, minute))
  })
})

describe('anything else is refused with a reason', () => {
  test.each([
    ['', /0 fields/],
    ['3', /1 fields/],
    ['0 0 3 * * *', /6 fields/],
    ['TZ=UTC 0 3 * * *', /6 fields/],
    ['0 25 * * *', /hour/],
    ['0 22-2 * * *', /22-2/],
    ['0 three * * *', /./],
    ['0 0 31 2 *', /no date matches/],
    ['0 0 30 FEB *', /no date matches/],
    ['@reboot', /nicknames/],
    ['@every 5m', /nicknames/],
    ['2026-11-22T03:00:00', /1 fields/],
  ])('%s', (text, why) => {
    expect(cronFault(text, NOW)?.why).toMatch(why)
    expect(cronFault(text, NOW)?.hint).toContain('@daily')
  })
})
