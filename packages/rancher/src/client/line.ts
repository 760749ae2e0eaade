import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { Agent } from 'undici'
import type { Dispatcher } from 'undici'
import type { Deed } from '../error.ts'
import { lost, refusal, unreachable } from './failure.ts'
import type { Lost, Reply } from './failure.ts'
import { pause, waitMs } from './patience.ts'
import type { Patience } from './patience.ts'

/**
 * Gives the header that says who asks. It is asked for at each attempt, so that a key that was replaced is seen; what it
 * rejects with ends the call.
 */
export type Authorization = () => Promise<string>

/** What a line is made of. */
export interface LineOptions {
  /** Absent where the server asks for no key. */
  readonly authorization?: Authorization
  /** Certificate authorities in PEM, instead of those of the system. */
  readonly ca?: string
  readonly patience: Patience
}

/** A success: its body, and the kind of account that the key belongs to as the server says it. */
export interface Answer {
  readonly text: string
  readonly accountKind?: string
}

/** Calls to one server. */
export interface Line extends AsyncDisposable {
  /**
   * Makes a call until it has an answer. Reading is repeated when the server is not there or fails; an action only on
   * status 409, with which nothing was done; both once more when the key was replaced meanwhile. Rejects with the codes of
   * `error.ts`.
   */
  send(method: Deed['method'], url: string, options: CallOptions): Promise<Answer>
}

/** Opens no connection before the first call. */
export function makeLine({ authorization, ca, patience }: LineOptions): Line {
  const agent = new Agent({
    connections: 4,
    connect: { timeout: patience.connectMs, ...(ca === undefined ? {} : { ca }) },
    // The time of a request is kept here, over headers and body together.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const headers = {
    accept: 'application/json',
    'user-agent': 'salvage-kit',
    'x-api-no-challenge': 'true',
  }

  async function send(method: Deed['method'], url: string, { signal }: CallOptions): Promise<Answer> {
    signal.throwIfAborted()
    const { origin, pathname } = new URL(url)
    const deed: Deed = { method, place: `${origin}${pathname}` }
    let refused: string | undefined
    for (let attempt = 1; ; attempt += 1) {
      const key = await authorization?.()
      const named = { ...headers, ...(key === undefined ? {} : { authorization: key }) }
      const outcome = await one(agent, { method, url, headers: named }, patience, signal)
      if (outcome.kind === 'answer') return outcome
      if (outcome.kind === 'reply' && outcome.status === 401 && refused === undefined) {
        refused = key
        if (key !== undefined && (await authorization?.()) !== key) continue
      }
      if (attempt >= patience.attempts || !asksAgain(method, outcome)) {
        if (outcome.kind === 'lost') throw unreachable(deed, outcome)
        throw refusal(deed, outcome)
      }
      await pause(waitMs(patience, attempt, Math.random()), signal)
    }
  }

  return {
    send,
    async [Symbol.asyncDispose](): Promise<void> {
      await agent.destroy()
    },
  }
}

interface Request {
  readonly method: Deed['method']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

interface Success extends Answer {
  readonly kind: 'answer'
}

async function one(
  dispatcher: Dispatcher,
  { method, url, headers }: Request,
  { requestMs }: Patience,
  signal: AbortSignal,
): Promise<Lost | Reply | Success> {
  using time = deadline(requestMs, signal, new SalvageError('DEADLINE', `no whole answer in ${String(requestMs)} ms`))
  const { origin, pathname, search } = new URL(url)
  try {
    const response = await dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method,
      headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      body: method === 'POST' ? '{}' : null,
      signal: time.signal,
    })
    const text = await response.body.text()
    if (response.statusCode < 200 || response.statusCode >= 300)
      return { kind: 'reply', status: response.statusCode, text }
    const accountKind = response.headers['x-api-account-kind']
    return { kind: 'answer', text, ...(typeof accountKind === 'string' ? { accountKind } : {}) }
  } catch (error) {
    signal.throwIfAborted()
    return lost(time.signal.aborted ? time.signal.reason : error)
  }
}

function asksAgain(method: Deed['method'], outcome: Lost | Reply): boolean {
  if (outcome.kind === 'lost') return !outcome.certificate && method === 'GET'
  return outcome.status === 409 || (method === 'GET' && (outcome.status >= 500 || outcome.status === 429))
}
