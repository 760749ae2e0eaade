import { letGo } from '@salvage-kit/core'
import type { LogChunk } from '../engine.ts'

const HEAD = 8

/**
 * Takes apart the frames in which the engine sends both outputs of a process that has no terminal. A frame may come in
 * several pieces. Nothing is copied: a piece is good until the next one is asked for, and `body` has to give its own up.
 */
export async function* frames(body: AsyncIterable<Uint8Array>): AsyncIterable<LogChunk> {
  const head = Buffer.alloc(HEAD)
  let known = 0
  let left = 0
  for await (const piece of body) {
    for (let at = 0; at < piece.length;) {
      if (left === 0) {
        const taken = piece.subarray(at, at + HEAD - known)
        head.set(taken, known)
        known += taken.length
        at += taken.length
        if (known < HEAD) break
        known = 0
        left = head.readUInt32BE(4)
      } else {
        const data = piece.subarray(at, at + left)
        at += data.length
        left -= data.length
        yield { from: head[0] === 2 ? 'stderr' : 'stdout', data }
      }
    }
    letGo(piece)
  }
}
