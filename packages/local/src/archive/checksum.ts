import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { combinedCrc32 } from './crc-combine.ts'

/**
 * What a stored file is compared with. The CRC finds what disks and wires do and costs a fraction of the SHA-256; it is
 * enough where every byte of the content also has its own hash elsewhere.
 */
export type SumKind = 'sha256' | 'crc32'

/** A checksum in hexadecimal. Archives of version 1 have the SHA-256 of every file. */
export type Checksum = { readonly sha256: string } | { readonly crc32: string }

/** What was written. */
export type Written = { readonly bytes: number } & Checksum

/** A checksum of bytes that come in pieces. */
export interface Summing {
  update(piece: Buffer): void
  /** To be called once. */
  end(): Checksum
  /** In its place: of `head` and, behind it, the bytes that came before, which are so many. */
  endBehind(head: Buffer, bytes: number): Checksum
}

/** Begins a checksum. */
export function summing(kind: SumKind): Summing {
  if (kind === 'sha256') {
    const digest = createHash('sha256')
    return {
      update: (piece) => void digest.update(piece),
      end: () => ({ sha256: digest.digest('hex') }),
      endBehind: () => {
        throw new RangeError('a SHA-256 is made from its beginning')
      },
    }
  }
  let sum = 0
  return {
    update(piece) {
      sum = crc32(piece, sum)
    },
    end: () => ({ crc32: hexadecimal(sum) }),
    endBehind: (head, bytes) => ({ crc32: hexadecimal(combinedCrc32(crc32(head), sum, bytes)) }),
  }
}

function hexadecimal(sum: number): string {
  return sum.toString(16).padStart(8, '0')
}

/** The kind of a checksum. */
export function kindOfSum(sum: Checksum): SumKind {
  return 'sha256' in sum ? 'sha256' : 'crc32'
}

/** Whether two checksums are of one kind and equal. */
export function sameSum(a: Checksum, b: Checksum): boolean {
  if ('sha256' in a) return 'sha256' in b && a.sha256 === b.sha256
  return 'crc32' in b && a.crc32 === b.crc32
}
