import { expect, test } from 'vitest'
import { ecmaCrc64, jonesCrc64 } from './crc64.ts'

test.each([
  [jonesCrc64, 0xe9c6d914c4b8d9can],
  [ecmaCrc64, 0x995dc9bbdf1939fan],
])('the check value of the catalogue of checksums', (make, value) => {
  const crc = make()
  crc.take(Buffer.from('1234'))
  crc.take(Buffer.from('56789'))
  expect(crc.digest().readBigUInt64LE()).toBe(value)
})
