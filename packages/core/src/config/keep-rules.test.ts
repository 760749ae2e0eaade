import { expect, test } from 'vitest'
import { keepRules } from './keep-rules.ts'

test('counts and a duration', () => {
  expect(
    keepRules.parse({ last: 3, hourly: 24, daily: 7, weekly: 5, monthly: 12, yearly: 10, within: '2d' }),
  ).toStrictEqual({
    last: 3,
    hourly: 24,
    daily: 7,
    weekly: 5,
    monthly: 12,
    yearly: 10,
    withinMs: 172_800_000,
  })
  expect(keepRules.parse({})).toStrictEqual({})
})

test.each([
  [{ last: 0 }],
  [{ daily: -1 }],
  [{ daily: 1.5 }],
  [{ daily: '7' }],
  [{ daily: null }],
  [{ within: 7 }],
  [{ within: '0s' }],
  [{ within: 'a week' }],
  [{ withinMs: 5 }],
  [{ quarterly: 4 }],
  [[]],
])('%j is refused', (value) => {
  expect(keepRules.safeParse(value).success).toBe(false)
})
