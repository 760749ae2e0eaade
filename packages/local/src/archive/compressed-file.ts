import { availableParallelism } from 'node:os'
import { letGo } from '@salvage-kit/core'
import type { SumKind, Written } from './checksum.ts'
import { durableFile } from './durable-file.ts'
import { framePacker } from './frame-packer.ts'
import { lending } from './lending.ts'

/**
 * What goes into one frame. Frames are compressed beside each other and each for itself; larger ones win little, since
 * level 3 looks back no further than this.
 */
const FRAME = 2 << 20

/** One more than processors, so that none waits for the next frame; more would take all threads that files are written with. */
const LANES = Math.min(3, availableParallelism() + 1)

/** A new zstd file of many frames, as `zstd` reads it. Disposing ends the work on it and closes it. */
export interface CompressedFile extends AsyncDisposable {
  /** Takes a copy of the bytes. Waits while enough is under way; rejects when an earlier write failed. */
  write(bytes: Buffer): Promise<void>
  /** Resolves when everything is on stable storage. `head` fills what was reserved, exactly. */
  finish(head?: Buffer): Promise<Written>
}

/** What is special about a compressed file. */
interface CompressedFileOptions {
  /** So many bytes are left free at its beginning, for a frame that is known last. */
  readonly reserved?: number
  /** How many frames are compressed beside each other at most; as many wait for that or for their turn to be written. */
  readonly lanes?: number
}

/** Makes a compressed file that must not be there yet. Rejects with `ARCHIVE.STORE_…`, as all of its verbs do. */
export async function compressedFile(
  path: string,
  kind: SumKind,
  { reserved = 0, lanes = LANES }: CompressedFileOptions = {},
): Promise<CompressedFile> {
  const file = await durableFile(path, kind, reserved)
  const packers = Array.from({ length: Math.min(lanes, LANES) }, framePacker)
  const pool = lending(packers)
  const free: Buffer[] = []
  /** The frames that are not written yet, oldest first. */
  const underWay: Promise<void>[] = []
  let last: Promise<void> = Promise.resolve()
  let frame: Buffer = Buffer.allocUnsafe(FRAME)
  let filled = 0

  async function frameOut(buffer: Buffer, length: number, before: Promise<void>): Promise<void> {
    const packer = await pool.take()
    const pieces = await packer.pack(buffer.subarray(0, length))
    pool.giveBack(packer)
    free.push(buffer)
    await before
    await file.write(pieces)
    for (const piece of pieces) letGo(piece)
  }

  async function sendFrame(): Promise<void> {
    if (underWay.length === 2 * packers.length) await underWay.shift()
    last = frameOut(frame, filled, last)
    // Awaited by `write`, `finish` or the end; until then a failure is no unhandled rejection.
    last.catch(() => undefined)
    underWay.push(last)
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
    async finish(head) {
      if (filled > 0) await sendFrame()
      await last
      return file.finish(head)
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(underWay)
      for (const packer of packers) packer.close()
      await file[Symbol.asyncDispose]()
    },
  }
}
