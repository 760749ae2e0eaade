import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

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
}

/** Begins a checksum. */
export function summing(kind: SumKind): Summing {
  if (kind === 'sha256') {
    const digest = createHash('sha256')
    return { update: (piece) => void digest.update(piece), end: () => ({ sha256: digest.digest('hex') }) }
  }
  let sum = 0
  return {
    update(piece) {
      sum = crc32(piece, sum)
    },
    end: () => ({ crc32: sum.toString(16).padStart(8, '0') }),
  }
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
