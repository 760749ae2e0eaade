import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { DumpFile, StreamSource } from '@salvage-kit/core'

/** A dump of one file by no backend at all. */
export const dumpSource: StreamSource = { medium: 'stream', backend: 'test', token: null }

/** How a dump ends that a test opens. */
export type DumpEnd =
  | 'whole'
  /** Before the first file. */
  | 'start'
  /** In the middle of it: the stream breaks off. */
  | 'middle'
  /** The stream ends well, the program does not. */
  | 'verdict'
  /** Bytes are lost on the way, and nobody says so. */
  | 'cut'
  /** The file is whole, the dump is not. */
  | 'after'

/** What a test opens: a dump of these pieces, and whether it was taken apart. */
export interface TestDump {
  readonly open: () => AsyncIterable<DumpFile>
  /** How often it was opened, and how many of those are over. */
  readonly count: { opened: number; over: number }
}

/**
 * A dump that is made while it is read. `handedOver`: each piece in a buffer of its own, which goes when the next one is asked for; who
 * looks at it later sees nothing. `verdictMs`: how long after the end of its content it says what it is worth. */
export function testDump(
  pieces: () => Iterable<Buffer>,
  end: DumpEnd = 'whole',
  {
    name = 'shop.sql',
    verdictMs = 0,
    handedOver = false,
  }: { readonly name?: string; readonly verdictMs?: number; readonly handedOver?: boolean } = {},
): TestDump {
  const count = { opened: 0, over: 0 }
  async function* open(): AsyncGenerator<DumpFile> {
    count.opened += 1
    try {
      if (end === 'start') throw failed('it does not start')
      await Promise.resolve()
      yield fileOf(pieces(), name, { end, verdictMs, handedOver })
      if (end === 'after') throw failed('its last program failed')
    } finally {
      count.over += 1
    }
  }
  return { open, count }
}

function fileOf(
  pieces: Iterable<Buffer>,
  name: string,
  { end, verdictMs, handedOver }: { readonly end: DumpEnd; readonly verdictMs: number; readonly handedOver: boolean },
): DumpFile {
  const verdict = Promise.withResolvers<{ readonly bytes: number; readonly sha256: string }>()
  verdict.promise.catch(() => undefined)
  const digest = createHash('sha256')
  let bytes = 0
  async function* content(): AsyncGenerator<Buffer> {
    let skipped = end !== 'cut'
    for (const piece of pieces) {
      digest.update(piece)
      bytes += piece.length
      // A stream that never waits would fill one turn of the loop.
      await Promise.resolve()
      if (end === 'middle' && bytes > piece.length) throw failed('its connection broke')
      if (skipped && handedOver) yield ownCopy(piece)
      else if (skipped) yield piece
      skipped = true
    }
  }
  async function ended(): Promise<void> {
    await sleep(verdictMs)
    if (end === 'verdict') verdict.reject(failed('its program ended with code 1'))
    else verdict.resolve({ bytes, sha256: digest.digest('hex') })
  }
  // Pieces that are handed over stay as they are: a stream of bytes makes one of those that wait.
  const stream = Readable.from(content(), { objectMode: handedOver, highWaterMark: handedOver ? 1 : 65_536 })
  stream.once('end', () => {
    void ended()
  })
  stream.once('error', verdict.reject)
  stream.once('close', () => {
    if (!stream.readableEnded) verdict.reject(failed('nobody read it to its end'))
  })
  return { name, content: stream, ...(handedOver ? { handedOver: true as const } : {}), whole: verdict.promise }
}

function ownCopy(piece: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(piece.length)
  piece.copy(own)
  return own
}

function failed(why: string): SalvageError {
  return new SalvageError('DUMP.NOT_WHOLE', 'the dump of the test is not whole', { why })
}

/** Pieces that no compressor can take together, the same each time: `count` of `length` bytes. */
export function* noise(count: number, length: number): Generator<Buffer> {
  const piece = Buffer.alloc(length)
  let x = 0x2545f491
  for (let at = 0; at + 4 <= length; at += 4) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    piece.writeInt32LE(x, at)
  }
  for (let n = 0; n < count; n++) {
    const next = Buffer.from(piece)
    // Nor can one that looks for longer repetitions.
    for (let at = 0; at + 32 <= length; at += 1 << 15)
      createHash('sha256')
        .update(`${String(n)} ${String(at)}`)
        .digest()
        .copy(next, at)
    yield next
  }
}
