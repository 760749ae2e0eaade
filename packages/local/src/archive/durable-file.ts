import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { summing } from './checksum.ts'
import type { SumKind, Written } from './checksum.ts'
import { storeFailure } from './store-failure.ts'

/** A new file whose checksum is made while it is written. Disposing closes it. */
export interface DurableFile extends AsyncDisposable {
  /** One call at a time. Rejects with `ARCHIVE.STORE_FULL`, `ARCHIVE.STORE_UNWRITABLE`, `ARCHIVE.STORE_FAILED`. */
  write(pieces: readonly Buffer[]): Promise<void>
  /** Resolves when everything is on stable storage. `head` fills what was reserved, exactly. */
  finish(head?: Buffer): Promise<Written>
}

/**
 * Makes a file that must not be there yet, readable by its owner alone, with so many bytes left free at its beginning.
 * Rejects as `write` does.
 */
export async function durableFile(path: string, kind: SumKind, reserved = 0): Promise<DurableFile> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw storeFailure(error, path)
  })
  const sum = summing(kind)
  if (reserved > 0) await writeAll(file, path, [Buffer.alloc(reserved)])
  let bytes = 0
  return {
    async write(pieces) {
      for (const piece of pieces) sum.update(piece)
      await writeAll(file, path, pieces)
      for (const piece of pieces) bytes += piece.length
    },
    async finish(head) {
      if ((head?.length ?? 0) !== reserved) throw new RangeError(`${String(reserved)} bytes were reserved in ${path}`)
      if (head !== undefined) await writeAll(file, path, [head], 0)
      try {
        await file.sync()
        await file.close()
      } catch (error) {
        throw storeFailure(error, path)
      }
      return head === undefined ? { bytes, ...sum.end() } : { bytes: reserved + bytes, ...sum.endBehind(head, bytes) }
    },
    async [Symbol.asyncDispose]() {
      // What could not be closed here was never finished, and nobody will read it.
      await file.close().catch(() => undefined)
    },
  }
}

/** Puts the entries of a directory on stable storage: what was made, renamed or removed in it. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Behind what was written before, or at `position`. */
async function writeAll(file: FileHandle, path: string, pieces: readonly Buffer[], position?: number): Promise<void> {
  let at = position
  for (let rest = pieces; rest.length > 0;)
    try {
      const { bytesWritten } = await file.writev(rest, at)
      if (at !== undefined) at += bytesWritten
      rest = after(rest, bytesWritten)
    } catch (error) {
      throw storeFailure(error, path)
    }
}

/** What is left of several pieces after so many bytes. */
function after(pieces: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skip = bytes
  return pieces.flatMap((piece) => {
    const skipped = Math.min(skip, piece.length)
    skip -= skipped
    return skipped === piece.length ? [] : [piece.subarray(skipped)]
  })
}
