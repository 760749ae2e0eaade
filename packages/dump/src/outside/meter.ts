import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import type { DumpProof } from '@salvage-kit/core'

const TAIL = 1024

/** Bytes on their way, and what is known of those that went by. */
export interface Meter {
  readonly stream: Transform
  proof(): DumpProof
  /** The last 1 KiB. */
  tail(): Buffer
}

/** Passes on what comes, as fast as it is read. */
export function meter(): Meter {
  const hash = createHash('sha256')
  let bytes = 0
  let tail = Buffer.alloc(0)
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      tail = chunk.length >= TAIL ? Buffer.from(chunk.subarray(-TAIL)) : Buffer.concat([tail, chunk]).subarray(-TAIL)
      done(null, chunk)
    },
  })
  return { stream, proof: () => ({ bytes, sha256: hash.copy().digest('hex') }), tail: () => tail }
}
