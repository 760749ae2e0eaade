import { Buffer } from 'node:buffer'
import { request as plainRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { SalvageError } from '@salvage-kit/core'
import type { HttpMessage } from '../notifier.ts'
import { connectionFailure, excerptOf, hostOf } from './failure.ts'
import { retryAfterMs } from './retry-after.ts'

/** How much of an answer is read. */
const ANSWER_BYTES = 65_536
/** How long the rest of an answer is waited for once its head is there: what it says is known by then. */
const ANSWER_MS = 2000
/** Statuses that may be another one a moment later. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/** A server that said no, and when it wants to be asked again. */
export class Refusal extends SalvageError {
  readonly retryAfterMs: number | undefined

  constructor(message: string, details: ConstructorParameters<typeof SalvageError>[2], retryAfter: number | undefined) {
    super('REPORT.FAILED', message, details)
    this.retryAfterMs = retryAfter
  }
}

/**
 * Makes one request on a connection of its own, which is closed with it. Resolves on a status of 200 to 299; a redirect
 * is followed nowhere: it would carry the secret to another host, and a POST would lose its body. Rejects with
 * `REPORT.FAILED` and what the server said.
 */
export async function sendHttp(message: HttpMessage, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const response = await head(message, signal)
  const { statusCode: status = 0, statusMessage: reason = '' } = response
  const text = await answer(response)
  if (status >= 200 && status < 300) return
  const said = excerptOf(text, message)
  const redirect = status >= 300 && status < 400
  throw new Refusal(
    `${hostOf(message)} answered ${String(status)} ${excerptOf(reason, message)}`.trim(),
    {
      ...(said === '' ? {} : { why: said }),
      hint: redirect ? 'write the address that it ends at' : hintFor(status),
      retryable: PASSING.has(status),
    },
    retryAfterMs(response.headers['retry-after'], Date.now()),
  )
}

async function head(message: HttpMessage, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  try {
    const { url, method, body, ca } = message
    const headers = {
      'user-agent': 'salvage-kit',
      ...message.headers,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    }
    // No agent: nothing stays open that could keep a process alive, or that the server has closed meanwhile.
    const options = { method, headers, agent: false, signal, ...(ca === undefined ? {} : { ca }) }
    const request = url.startsWith('https:') ? tlsRequest(url, options) : plainRequest(url, options)
    // More than once: a connection may break after the answer.
    request.on('error', reject)
    request.on('response', resolve)
    // Alone, without either of them: the server wants to speak another protocol.
    request.on('close', () => reject(new Error('the connection was closed and no answer came')))
    request.end(body)
    return await promise
  } catch (error) {
    signal.throwIfAborted()
    throw connectionFailure(message, error)
  }
}

/** What came of the body within bounds; it never fails, for the status is what counts. */
async function answer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const timer = setTimeout(() => response.destroy(), ANSWER_MS)
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) break
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= ANSWER_BYTES) break
    }
  } catch {
    // Cut off by the server, by the timer or by the caller.
  } finally {
    clearTimeout(timer)
    response.destroy()
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString()
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return 'see that the token is right and may write there'
  if (status === 404 || status === 410) return 'see that the address is right and still there'
  return 'see what the server says of it'
}
