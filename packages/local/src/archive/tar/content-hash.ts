import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { ContentHash } from '../entry.ts'
import { blocksHash } from './blocks-hash.ts'
import type { ByteCursor } from './byte-cursor.ts'
import type { SparseMap } from './sparse-map.ts'

const LONG = 1 << 20
const ZEROS = Buffer.alloc(1 << 20)

/**
 * What becomes of holes. `blocks`: a file whose holes are longer than a MiB together is hashed over its blocks, which
 * costs nothing for holes. `zeros`: every file is hashed as its reader sees it, as archives of version 1 have it; a hole
 * of one TiB takes about ten minutes, in which the event loop stays free and the signal is looked at.
 */
export type HashedHoles = { readonly as: 'blocks' } | { readonly as: 'zeros'; readonly signal: AbortSignal }

/** How archives of this version have it. */
export const LONG_HOLES: HashedHoles = { as: 'blocks' }

/** The hash of the next `size` bytes. */
export async function hashContent(cursor: ByteCursor, size: number): Promise<ContentHash> {
  const digest = createHash('sha256')
  await feed((part) => digest.update(part), cursor, size)
  return { sha256: digest.digest('hex') }
}

/** The hash of a sparse file. */
export async function hashSparse(
  cursor: ByteCursor,
  map: SparseMap,
  realSize: number,
  holes: HashedHoles,
): Promise<ContentHash> {
  const stored = map.pieces.reduce((sum, piece) => sum + piece.size, 0)
  if (holes.as === 'blocks' && realSize - stored > LONG) {
    const hash = blocksHash()
    await feedPieces(cursor, map, realSize, hash.data, hash.hole)
    return { blocksSha256: hash.end() }
  }
  const digest = createHash('sha256')
  await feedPieces(
    cursor,
    map,
    realSize,
    (part) => digest.update(part),
    async (size) => {
      for (let left = size, slices = 1; left > 0; left -= ZEROS.length, slices++) {
        digest.update(ZEROS.subarray(0, left))
        if (slices % 16 !== 0) continue
        await setImmediate()
        if (holes.as === 'zeros') holes.signal.throwIfAborted()
      }
    },
  )
  return { sha256: digest.digest('hex') }
}

async function feedPieces(
  cursor: ByteCursor,
  map: SparseMap,
  realSize: number,
  data: (part: Buffer) => unknown,
  hole: (size: number) => unknown,
): Promise<void> {
  let at = 0
  for (const piece of [...map.pieces, { offset: realSize, size: 0 }]) {
    if (piece.offset < at || piece.offset + piece.size > realSize)
      throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a sparse file in the tar stream has pieces that overlap')
    await hole(piece.offset - at)
    await feed(data, cursor, piece.size)
    at = piece.offset + piece.size
  }
}

async function feed(take: (part: Buffer) => unknown, cursor: ByteCursor, size: number): Promise<void> {
  for (let left = size; left > 0;) {
    const part = await cursor.some(left)
    take(part)
    left -= part.length
  }
}
