import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { ByteCursor } from './byte-cursor.ts'
import type { SparseMap } from './sparse-map.ts'

const ZEROS = Buffer.alloc(1 << 20)

/** The SHA-256 of the next `size` bytes, as hexadecimal text. */
export async function hashContent(cursor: ByteCursor, size: number): Promise<string> {
  const digest = createHash('sha256')
  await feed(digest, cursor, size)
  return digest.digest('hex')
}

/**
 * The SHA-256 of a sparse file as a reader of the file sees it, its holes as zeros. A hole of one TiB takes about ten
 * minutes; the event loop stays free and the signal is looked at every few MiB.
 */
export async function hashSparse(
  cursor: ByteCursor,
  map: SparseMap,
  realSize: number,
  signal: AbortSignal,
): Promise<string> {
  const digest = createHash('sha256')
  let at = 0
  for (const piece of [...map.pieces, { offset: realSize, size: 0 }]) {
    if (piece.offset < at || piece.offset + piece.size > realSize)
      throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a sparse file in the tar stream has pieces that overlap')
    await feedZeros(digest, piece.offset - at, signal)
    await feed(digest, cursor, piece.size)
    at = piece.offset + piece.size
  }
  return digest.digest('hex')
}

async function feed(digest: Hash, cursor: ByteCursor, size: number): Promise<void> {
  for (let left = size; left > 0;) {
    const part = await cursor.some(left)
    digest.update(part)
    left -= part.length
  }
}

async function feedZeros(digest: Hash, size: number, signal: AbortSignal): Promise<void> {
  for (let left = size, slices = 1; left > 0; slices++) {
    const slice = Math.min(left, ZEROS.length)
    digest.update(ZEROS.subarray(0, slice))
    left -= slice
    if (slices % 16 !== 0) continue
    await setImmediate()
    signal.throwIfAborted()
  }
}
