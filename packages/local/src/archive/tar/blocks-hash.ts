import { createHash } from 'node:crypto'

const BLOCK = 64 << 10
const ZEROS = Buffer.alloc(BLOCK)

/** The hash of a file of which long stretches are zeros. */
export interface BlocksHash {
  readonly data: (bytes: Buffer) => void
  /** So many bytes of zeros, at no cost however many. */
  readonly hole: (size: number) => void
  /** To be called once, at the end of the file. */
  end(): string
}

/**
 * The SHA-256 over those blocks of 64 KiB that are not all zeros, each after its number, and over the size of the file at
 * the end; number and size as 8 bytes, little endian. It is the same however the zeros are stored: as holes or as data.
 */
export function blocksHash(): BlocksHash {
  const digest = createHash('sha256')
  const block = Buffer.alloc(BLOCK)
  const number = Buffer.alloc(8)
  let filled = 0
  let index = 0

  function numbered(value: number): Buffer {
    number.writeBigUInt64LE(BigInt(value))
    return number
  }

  function take(bytes: Buffer): void {
    if (!bytes.equals(ZEROS.subarray(0, bytes.length))) digest.update(numbered(index)).update(bytes)
    index += 1
  }

  function data(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (filled === 0 && bytes.length - at >= BLOCK) {
        take(bytes.subarray(at, at + BLOCK))
        at += BLOCK
        continue
      }
      const taken = bytes.copy(block, filled, at)
      at += taken
      filled += taken
      if (filled < BLOCK) continue
      filled = 0
      take(block)
    }
  }

  return {
    data,
    hole(size) {
      const head = filled === 0 ? 0 : Math.min(size, BLOCK - filled)
      data(ZEROS.subarray(0, head))
      index += Math.floor((size - head) / BLOCK)
      data(ZEROS.subarray(0, (size - head) % BLOCK))
    },
    end() {
      const size = index * BLOCK + filled
      if (filled > 0) take(block.subarray(0, filled))
      return digest.update(numbered(size)).digest('hex')
    },
  }
}
