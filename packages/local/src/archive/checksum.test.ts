import { expect, it } from 'vitest'
import { kindOfSum, sameSum, summing } from './checksum.ts'

it('is the known one of "123456789", in any pieces', () => {
  for (const [kind, sum] of [
    ['crc32', { crc32: 'cbf43926' }],
    ['sha256', { sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225' }],
  ] as const) {
    const pieces = summing(kind)
    for (const piece of ['12', '', '3456789']) pieces.update(Buffer.from(piece))
    expect(pieces.end()).toEqual(sum)
    expect(kindOfSum(sum)).toBe(kind)
    expect(sameSum(sum, sum)).toBe(true)
    expect(sameSum(sum, kind === 'crc32' ? { crc32: '0' } : { crc32: sum.sha256 })).toBe(false)
  }
})

it('has eight digits as CRC also when it begins with zeros', () => {
  expect(summing('crc32').end()).toEqual({ crc32: '00000000' })
})
