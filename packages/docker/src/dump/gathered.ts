import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'

/** What goes on in one piece at most: each piece costs the same work at all the streams behind. */
const GATHERED = 256 * 1024

/** Takes small pieces and writes few large ones. */
export interface Gathered {
  /** Takes a copy of the bytes. Waits while who reads is behind; rejects with what `to` fails with, and when the signal aborts. */
  add(bytes: Uint8Array): Promise<void>
  /** Nothing more comes: all that is held is written. */
  end(): void
}

/**
 * Gathers what comes at once; when nothing more is there it goes on as it is, so a slow program is read as it writes. Each
 * piece that is written is the reader's own.
 */
export function gathered(to: Writable, { signal }: CallOptions): Gathered {
  let buffer: Buffer = Buffer.alloc(0)
  let begin = 0
  let end = 0
  let waiting: NodeJS.Immediate | undefined
  const send = (): void => {
    if (waiting !== undefined) clearImmediate(waiting)
    waiting = undefined
    const isFull = end === buffer.length
    if (end > begin && !to.destroyed) to.write(buffer.subarray(begin, end))
    begin = end
    // The reader may give its memory back once the last piece of it was used: nobody may look at it again.
    if (isFull) {
      buffer = Buffer.alloc(0)
      begin = 0
      end = 0
    }
  }
  return {
    async add(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (end === buffer.length) {
          buffer = Buffer.allocUnsafeSlow(GATHERED)
          begin = 0
          end = 0
        }
        const piece = bytes.subarray(at, at + buffer.length - end)
        buffer.set(piece, end)
        at += piece.length
        end += piece.length
        if (end === buffer.length) send()
        else waiting ??= setImmediate(send)
        if (to.writableNeedDrain) await once(to, 'drain', { signal })
      }
    },
    end: send,
  }
}
