import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import type { DumpProof } from '@salvage-kit/core'
import type { Engine } from '../engine.ts'

const TAIL = 1024

/** Bytes on their way, and what is known of those that went by. */
export interface Meter {
  readonly stream: Transform
  proof(): DumpProof
  /** Why what went by is no whole part, as far as the bytes tell; undefined when nothing says so. */
  fault(): string | undefined
}

/** Passes on what comes of a part, as fast as it is read. */
export function meter(engine: Pick<Engine, 'complete' | 'watch'>, of: string): Meter {
  const watch = engine.watch?.(of)
  const hash = createHash('sha256')
  let bytes = 0
  let tail = Buffer.alloc(0)
  const stream = new Transform({
    // Pieces stay as they are: else those that wait would be copied into one.
    readableObjectMode: true,
    readableHighWaterMark: 1,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      watch?.take(chunk)
      bytes += chunk.length
      tail = chunk.length >= TAIL ? Buffer.from(chunk.subarray(-TAIL)) : Buffer.concat([tail, chunk]).subarray(-TAIL)
      done(null, chunk)
    },
  })
  const fault = (): string | undefined => {
    if (bytes === 0) return 'it is empty'
    return engine.complete?.(tail, of) === false ? 'it has no proper end' : watch?.verdict()
  }
  return { stream, fault, proof: () => ({ bytes, sha256: hash.copy().digest('hex') }) }
}
