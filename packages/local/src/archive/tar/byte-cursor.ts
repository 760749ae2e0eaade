import { SalvageError } from '@salvage-kit/core'

/** Reads a stream of chunks by length instead of by chunk. What it gives is valid until it is asked again. */
export interface ByteCursor {
  /** The next `length` bytes when they lie in the present chunk, without waiting and without a copy. */
  now(length: number): Buffer | undefined
  /** The next `length` bytes. Rejects with `ARCHIVE.TAR_UNREADABLE` when the stream ends before. */
  take(length: number): Promise<Buffer>
  /** What is there, at least one byte and at most `most`. Rejects with `ARCHIVE.TAR_UNREADABLE` at the end. */
  some(most: number): Promise<Buffer>
  /** Reads on to the end of the stream and throws the bytes away, so that whoever feeds it sees every byte. */
  drain(): Promise<void>
  /** Lets go of the stream, also in its middle. */
  close(): Promise<void>
}

/** A cursor at the beginning of a stream. */
export function byteCursor(bytes: AsyncIterable<Buffer>): ByteCursor {
  const source = bytes[Symbol.asyncIterator]()
  let chunk: Buffer = Buffer.alloc(0)
  let at = 0

  function now(length: number): Buffer | undefined {
    if (chunk.length - at < length) return undefined
    at += length
    return chunk.subarray(at - length, at)
  }

  async function refill(): Promise<boolean> {
    while (at === chunk.length) {
      const next = await source.next()
      if (next.done === true) return false
      chunk = next.value
      at = 0
    }
    return true
  }

  async function some(most: number): Promise<Buffer> {
    if (!(await refill()))
      throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'the tar stream ends in the middle of an entry')
    const length = Math.min(most, chunk.length - at)
    at += length
    return chunk.subarray(at - length, at)
  }

  async function take(length: number): Promise<Buffer> {
    const whole = now(length)
    if (whole !== undefined) return whole
    const parts: Buffer[] = []
    for (let missing = length; missing > 0;) {
      const part = await some(missing)
      parts.push(Buffer.from(part))
      missing -= part.length
    }
    return Buffer.concat(parts, length)
  }

  async function drain(): Promise<void> {
    while (await refill()) at = chunk.length
  }

  async function close(): Promise<void> {
    await source.return?.()
  }

  return { now, take, some, drain, close }
}
