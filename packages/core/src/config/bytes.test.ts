import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBytes } from './bytes.ts'

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_048_575, '1.0 MiB'],
  [1_610_612_736, '1.5 GiB'],
  [2 ** 50, '1.0 PiB'],
  [2 ** 72, '4096.0 EiB'],
  [-2048, '-2.0 KiB'],
])('%d is %j', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('never a number of four digits before the point where a larger unit fits', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => {
      expect(Number(/^[\d.]+/.exec(formatBytes(bytes))?.[0])).toBeLessThan(1024)
    }),
  )
})
