import { createHash } from 'node:crypto'
import { array, assert, boolean, integer, property, tuple } from 'fast-check'
import { expect, it } from 'vitest'
import { blocksHash } from './blocks-hash.ts'

const BLOCK = 65_536

function little(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** The same, from the definition. */
function defined(bytes: Buffer): string {
  const digest = createHash('sha256')
  for (let n = 0; n * BLOCK < bytes.length; n++) {
    const block = bytes.subarray(n * BLOCK, (n + 1) * BLOCK)
    if (block.some((byte) => byte !== 0)) digest.update(little(n)).update(block)
  }
  return digest.update(little(bytes.length)).digest('hex')
}

it('is the same in whatever pieces, and whether zeros are holes or data', () => {
  const sizes = integer({ min: 0, max: 3 * BLOCK })
  assert(
    property(array(tuple(sizes, boolean(), boolean()), { maxLength: 8 }), (pieces) => {
      const hash = blocksHash()
      const all: Buffer[] = []
      for (const [size, zeros, asHole] of pieces) {
        const bytes = Buffer.alloc(size, zeros ? 0 : 7)
        all.push(bytes)
        if (zeros && asHole) hash.hole(size)
        else hash.data(bytes)
      }
      expect(hash.end()).toBe(defined(Buffer.concat(all)))
    }),
  )
})

it('takes no time for the longest hole, and knows its length', () => {
  const sizes = [0, 1, 2 ** 44, 2 ** 52, Number.MAX_SAFE_INTEGER]
  const hashes = sizes.map((size) => {
    const hash = blocksHash()
    hash.hole(size)
    return hash.end()
  })
  expect(hashes).toEqual(sizes.map((size) => createHash('sha256').update(little(size)).digest('hex')))
})
