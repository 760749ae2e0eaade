import { expect, test } from 'vitest'
import { patienceOf } from './far-patience.ts'

test.each([
  [[], 600_000],
  [['--timeout=10', '--num-retries=1'], 600_000],
  [['--timeout=60'], 900_000],
  [['--timeout=60', '--num-retries=10', '--backend-retry-delay=1', '--timeout=40'], 820_000],
  [['--timeout=long'], 600_000],
])('with %j an answer may take %d ms', (always, ms) => {
  expect(patienceOf({ always })).toBe(ms)
})
