import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { durableFile } from './durable-file.ts'
import type { Written } from './durable-file.ts'
import { letGo } from './let-go.ts'

/**
 * What goes into one frame. Frames are compressed beside each other and each for itself; larger ones win little, since
 * level 3 looks back no further than this.
 */
const FRAME = 2 << 20

/** More would take the threads that files are read and written with. */
const LANES = Math.min(3, availableParallelism())

const PARAMS = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 }

const compress = promisify(zstdCompress)

/** A new zstd file of many frames, as `zstd` reads it. Disposing ends the work on it and closes it. */
export interface CompressedFile extends AsyncDisposable {
  /** Takes a copy of the bytes. Waits while enough is under way; rejects when an earlier write failed. */
  write(bytes: Buffer): Promise<void>
  /** Resolves when everything is on stable storage. */
  finish(): Promise<Written>
}

/** Makes a compressed file that must not be there yet. Rejects with `ARCHIVE.STORE_…`, as all of its verbs do. */
export async function compressedFile(path: string): Promise<CompressedFile> {
  const file = await durableFile(path)
  const free: Buffer[] = []
  /** The frames that are not written yet, oldest first; each waits for the one before it. */
  const underWay: Promise<void>[] = []
  let last: Promise<void> = Promise.resolve()
  let frame: Buffer = Buffer.allocUnsafe(FRAME)
  let filled = 0

  async function frameOut(buffer: Buffer, length: number, before: Promise<void>): Promise<void> {
    const packed = compress(buffer.subarray(0, length), { chunkSize: bound(length), params: PARAMS })
    const [bytes] = await Promise.all([packed, before])
    free.push(buffer)
    await file.write(bytes)
    letGo(bytes)
  }

  async function sendFrame(): Promise<void> {
    last = frameOut(frame, filled, last)
    // Awaited by `write`, `finish` or the end; until then a failure is no unhandled rejection.
    last.catch(() => undefined)
    underWay.push(last)
    filled = 0
    if (underWay.length > LANES) await underWay.shift()
    frame = free.pop() ?? Buffer.allocUnsafe(FRAME)
  }

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const taken = bytes.copy(frame, filled, at)
        at += taken
        filled += taken
        if (filled === FRAME) await sendFrame()
      }
    },
    async finish() {
      if (filled > 0) await sendFrame()
      await last
      return file.finish()
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(underWay)
      await file[Symbol.asyncDispose]()
    },
  }
}

/** What zstd needs at most for so many bytes, so that one call is enough. */
function bound(length: number): number {
  return length + (length >> 8) + 1024
}
