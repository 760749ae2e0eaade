import type { Readable } from 'node:stream'
import { queryText } from './call.ts'
import type { Call } from './call.ts'
import type { Line } from './line.ts'
import { lost } from './lost.ts'
import type { Lost } from './lost.ts'
import { retryAfterMs } from './pace.ts'
import type { Session } from './session.ts'

/** What came back of one attempt, whole. */
export interface Reply {
  readonly kind: 'reply'
  readonly status: number
  readonly body: Buffer
  /** How long the server asks to wait, in milliseconds. */
  readonly askedMs: number | undefined
}

/** A stream that began well. Reading it fails when it is cut. */
export interface Opened {
  readonly kind: 'opened'
  readonly body: Readable
}

/** How an attempt is made. */
export interface AttemptOptions {
  readonly signal: AbortSignal
  /** The body of a success is handed out as it comes, silent for this time at most, in milliseconds; 0: for ever. */
  readonly stream?: { readonly silenceMs: number }
}

/** One attempt, with these credentials. Rejects only with the reason of the signal. */
export async function attempt(
  line: Line,
  call: Call,
  session: Session,
  { signal, stream }: AttemptOptions,
): Promise<Lost | Opened | Reply> {
  const address = new URL(session.server)
  // Outside: a pool that was closed meanwhile comes back never, and nobody waits for the answer.
  const connections = stream === undefined ? line.pool.calls(session) : line.pool.streams(session)
  try {
    const response = await connections.request({
      origin: address.origin,
      path: `${address.pathname.replace(/\/$/, '')}${call.path}${queryText(call.query)}`,
      method: call.method,
      headers: {
        ...session.headers,
        accept: call.accept ?? 'application/json',
        'user-agent': 'salvage-kit',
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal,
      headersTimeout: line.answerTimeoutMs,
      bodyTimeout: stream?.silenceMs ?? line.answerTimeoutMs,
    })
    line.answered()
    if (stream !== undefined && response.statusCode < 300) return { kind: 'opened', body: response.body }
    const body = Buffer.from(await response.body.arrayBuffer())
    const header = response.headers['retry-after']
    const askedMs = retryAfterMs(typeof header === 'string' ? header : undefined, new Date())
    return { kind: 'reply', status: response.statusCode, body, askedMs }
  } catch (error) {
    signal.throwIfAborted()
    return lost(error)
  }
}
