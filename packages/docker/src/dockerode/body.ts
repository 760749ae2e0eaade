import { finished } from 'node:stream'
import type { Readable } from 'node:stream'
import { fault } from '../error.ts'

/**
 * The pieces of an answer that comes in a stream. Rejects with the signal's reason after an abort and with the errors
 * of {@link fault} when the connection breaks; ends the connection when the reader stops early.
 */
export function pieces(body: Readable, what: string, address: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const abort = (): void => {
    body.destroy(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
  }
  // Also for a reader who never begins: the connection would stay open.
  body.on('error', () => {})
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return read(body, what, address, signal, abort)
}

async function* read(
  body: Readable,
  what: string,
  address: string,
  signal: AbortSignal,
  abort: () => void,
): AsyncIterable<Uint8Array> {
  try {
    for await (const piece of eachPiece(body)) if (piece instanceof Uint8Array) yield piece
  } catch (error) {
    signal.throwIfAborted()
    throw fault(error, what, address)
  } finally {
    signal.removeEventListener('abort', abort)
    body.destroy()
  }
  signal.throwIfAborted()
}

/** As they came: an iterator of the stream itself would copy all that waits into one. */
async function* eachPiece(body: Readable): AsyncGenerator {
  const waiting: unknown[] = []
  let more = Promise.withResolvers<void>()
  let isOver = false
  let failure: Error | null | undefined
  body.on('data', (piece) => {
    waiting.push(piece)
    body.pause()
    more.resolve()
  })
  const forget = finished(body, { writable: false }, (error) => {
    isOver = true
    failure = error
    more.resolve()
  })
  try {
    for (;;) {
      await more.promise
      for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) yield piece
      if (isOver) break
      more = Promise.withResolvers<void>()
      body.resume()
    }
  } finally {
    forget()
  }
  if (failure) throw failure
}
