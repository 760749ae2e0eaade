import { availableParallelism } from 'node:os'
import { durableFile } from './durable-file.ts'
import type { Written } from './durable-file.ts'
import { framePacker } from './frame-packer.ts'
import { letGo } from './let-go.ts'

/**
 * What goes into one frame. Frames are compressed beside each other and each for itself; larger ones win little, since
 * level 3 looks back no further than this.
 */
const FRAME = 2 << 20

/** More would take the threads that files are read and written with. */
const LANES = Math.min(3, availableParallelism())

/** How many frames wait for a packer or their turn to be written, so that neither waits for them. */
const WAITING = 4

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
  const packers = Array.from({ length: LANES }, framePacker)
  const free: Buffer[] = []
  /** The frames that are not written yet, oldest first. */
  const underWay: Promise<void>[] = []
  let frames = 0
  let last: Promise<void> = Promise.resolve()
  let frame: Buffer = Buffer.allocUnsafe(FRAME)
  let filled = 0

  async function frameOut(buffer: Buffer, length: number, lane: number, before: Promise<void>): Promise<void> {
    const packed = packers[lane]?.pack(buffer.subarray(0, length))
    const [pieces] = await Promise.all([packed, before])
    free.push(buffer)
    await file.write(pieces ?? [])
    for (const piece of pieces ?? []) letGo(piece)
  }

  async function sendFrame(): Promise<void> {
    if (underWay.length === LANES + WAITING) await underWay.shift()
    last = frameOut(frame, filled, frames % LANES, last)
    // Awaited by `write`, `finish` or the end; until then a failure is no unhandled rejection.
    last.catch(() => undefined)
    underWay.push(last)
    frames += 1
    filled = 0
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
      for (const packer of packers) packer.close()
      await file[Symbol.asyncDispose]()
    },
  }
}
