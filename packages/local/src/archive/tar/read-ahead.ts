import type { Readable } from 'node:stream'

/** How much is taken from a stream before its reader asks for it, at most and at least, when the source has it. */
const MOST = 2 << 20
const LEAST = 1 << 20

/**
 * The chunks of a stream, some of them read ahead. Iterating a stream stops its source at every chunk until the reader
 * comes back; this way the source works on while a chunk is looked at. Call it before the source may end: Node lets what
 * nobody listens to flow away. A stream that is destroyed ends.
 */
export function readAhead(stream: Readable): AsyncIterable<Buffer> {
  const chunks: Buffer[] = []
  let held = 0
  let over = false
  let failure: Error | undefined
  let wake: (() => void) | undefined
  const notify = (): void => {
    wake?.()
    wake = undefined
  }
  const end = (error?: Error): void => {
    over = true
    failure ??= error
    notify()
  }
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    held += chunk.length
    if (held >= MOST) stream.pause()
    notify()
  })
  stream.on('end', () => end())
  stream.on('close', () => end())
  stream.on('error', end)

  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk !== undefined) {
          held -= chunk.length
          if (held < LEAST && stream.isPaused()) stream.resume()
          yield chunk
        } else if (over) break
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
      if (failure !== undefined) throw failure
    },
  }
}
