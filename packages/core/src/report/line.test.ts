import { expect, test } from 'vitest'
import { formatElapsed } from './line.ts'

test.each([
  [0, '0ms'],
  [999.4, '999ms'],
  [1000, '1.0s'],
  [9949, '9.9s'],
  [9950, '10s'],
  [59_600, '1m'],
  [125_300, '2m5s'],
  [3_599_900, '1h'],
  [11_520_000, '3h12m'],
])('%d ms are %s', (ms, text) => {
  expect(formatElapsed(ms)).toBe(text)
})
