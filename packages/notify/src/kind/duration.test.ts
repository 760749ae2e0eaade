import { expect, test } from 'vitest'
import { salvageDuration } from './duration.ts'

/** The rows of the original's behaviour, and what lies between them. */
test.each([
  [0, 'now'],
  [1, '0s'],
  [999, '0s'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [61_999, '1m 1s'],
  [3_600_000, '1h'],
  [3_660_000, '1h 1m'],
  [90_061_000, '25h 1m 1s'],
])('%i ms are %s', (ms, text) => {
  expect(salvageDuration(ms)).toBe(text)
})
