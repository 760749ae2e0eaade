import { crc32 } from 'node:zlib'
import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { combinedCrc32 } from './crc-combine.ts'

test('is what one pass over both pieces gives', () => {
  const bytes = uint8Array({ maxLength: 3000 })
  assert(
    property(bytes, bytes, (first, second) => {
      const whole = crc32(Buffer.concat([first, second]))
      expect(combinedCrc32(crc32(first), crc32(second), second.length)).toBe(whole)
    }),
  )
})

function zeros(length: number): number {
  let sum = crc32(Buffer.alloc(1))
  let have = 1
  while (have < length) {
    sum = combinedCrc32(sum, sum, have)
    have *= 2
  }
  return sum
}

test('also where the second is longer than 32 bits count', () => {
  // So many zeros twice are four times as many half as long: the maps agree with each other beyond 4 GiB.
  const [long, short] = [2 ** 34, 2 ** 20]
  expect(combinedCrc32(zeros(short), zeros(long), long)).toBe(combinedCrc32(zeros(long), zeros(short), short))
  expect(zeros(short)).toBe(crc32(Buffer.alloc(short)))
})
