import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1w', 604_800_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['0s', 0],
  [' 1h ', 3_600_000],
])('%j is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  '',
  ' ',
  '90',
  's',
  '1.5h',
  '-1s',
  '30m1h',
  '1h1h',
  '1 h',
  '1H',
  '1y',
  '1h 30m',
  'PT1H',
  '9'.repeat(20) + 's',
])('%j is not a duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'DURATION.INVALID' }))
})

test.each([
  [0, '0s'],
  [1, '1ms'],
  [999.6, '1s'],
  [61_000, '1m1s'],
  [1_209_600_000, '14d'],
  [-90_000, '-1m30s'],
])('%d ms is %j', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('what is written reads back as the same number', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms)
    }),
  )
})
