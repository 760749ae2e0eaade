import type { LogChunk } from '../engine.ts'

const HEAD = 8

/** Takes apart the frames in which the engine sends both outputs of a process that has no terminal. */
export async function* frames(body: AsyncIterable<Uint8Array>): AsyncIterable<LogChunk> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of body) {
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece])
    while (rest.length >= HEAD) {
      const end = HEAD + rest.readUInt32BE(4)
      if (rest.length < end) break
      yield { from: rest[0] === 2 ? 'stderr' : 'stdout', data: rest.subarray(HEAD, end) }
      rest = rest.subarray(end)
    }
  }
}
