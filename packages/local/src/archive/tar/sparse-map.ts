import { SalvageError } from '@salvage-kit/core'
import type { ByteCursor } from './byte-cursor.ts'
import { BLOCK } from './header.ts'

/** Where the data of a sparse file stand; between them are holes. */
export interface SparseMap {
  readonly pieces: readonly { readonly offset: number; readonly size: number }[]
  /** How many bytes of the entry the map itself took. */
  readonly length: number
}

/**
 * Reads the map that stands before the data of a sparse file in GNU's format 1.0: the number of pieces, then offset and
 * size of each, a decimal number a line, padded to a block. Rejects with `ARCHIVE.TAR_UNREADABLE`.
 */
export async function readSparseMap(cursor: ByteCursor): Promise<SparseMap> {
  let length = 0
  let rest = ''
  let lines: string[] = []
  let used = 0
  const number = async (): Promise<number> => {
    while (used === lines.length) {
      const text = rest + (await cursor.take(BLOCK)).toString('latin1')
      length += BLOCK
      lines = text.split('\n')
      rest = lines.pop() ?? ''
      used = 0
    }
    const line = lines[used++] ?? ''
    const value = Number(line)
    if (!/^\d+$/.test(line) || !Number.isSafeInteger(value))
      throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a sparse file in the tar stream has a wrong map')
    return value
  }
  const pieces = []
  for (let left = await number(); left > 0; left--) pieces.push({ offset: await number(), size: await number() })
  return { pieces, length }
}
