import type { Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import { attempt } from './attempt.ts'
import type { AttemptOptions, Opened, Reply } from './attempt.ts'
import type { Answer, Call } from './call.ts'
import { isOfProxy, readStatus, refusal } from './failure.ts'
import type { Line } from './line.ts'
import { unreachable } from './lost.ts'
import type { Lost } from './lost.ts'
import { startPace } from './pace.ts'

/** The answer to a call, whatever it says, after as many attempts as it takes. Rejects with `K8S.UNREACHABLE`, `K8S.BUSY`. */
export async function exchange(line: Line, call: Call, options: CallOptions): Promise<Answer> {
  const { status, body, repeated } = await exchangeBytes(line, call, options)
  return { status, text: body.toString(), repeated }
}

/** As `exchange`, and makes no text of it. */
export async function exchangeBytes(
  line: Line,
  call: Call,
  options: CallOptions,
): Promise<Omit<Answer, 'text'> & { readonly body: Buffer }> {
  const { outcome, repeated } = await persist(line, call, options, undefined)
  if (outcome.kind === 'opened') throw new Error('bug: a stream that nobody asked for')
  return { status: outcome.status, body: outcome.body, repeated }
}

/** As `exchange`, and rejects with the error of an answer that is no success. */
export async function send(line: Line, call: Call, options: CallOptions): Promise<string> {
  const { status, text } = await exchange(line, call, options)
  if (status >= 300) throw refusal(call, status, text)
  return text
}

/** Opens a stream; it may be silent for `silenceMs` at most (0: for ever). The reader ends it. */
export async function openStream(
  line: Line,
  call: Call,
  options: CallOptions & { readonly silenceMs: number },
): Promise<Readable> {
  const { outcome } = await persist(line, call, options, { silenceMs: options.silenceMs })
  if (outcome.kind === 'opened') return outcome.body
  throw refusal(call, outcome.status, outcome.body.toString())
}

interface End {
  readonly outcome: Opened | Reply
  readonly repeated: boolean
}

/** Credentials are renewed once; what was not done is done again, what may have been done only when twice is the same as once. */
async function persist(
  line: Line,
  call: Call,
  { signal }: CallOptions,
  stream: AttemptOptions['stream'],
): Promise<End> {
  signal.throwIfAborted()
  const pace = startPace(() => line.patienceMs())
  let renewed = false
  let repeated = false
  let session = await line.sessions({ signal })
  for (;;) {
    const outcome = await attempt(line, call, session, { signal, ...(stream && { stream }) })
    if (outcome.kind === 'opened') return { outcome, repeated }
    if (refusedCredentials(outcome) && !renewed) {
      renewed = true
      session = await line.sessions({ signal, refused: session })
    } else if (outcome.kind === 'lost') {
      line.lost()
      repeated ||= !outcome.unsent
      const again = !outcome.final && (outcome.unsent || call.repeatable)
      if (!again || !(await pace.wait(undefined, { signal }))) throw unreachable(call, line.server, outcome, !repeated)
      session = await line.sessions({ signal, doubted: session })
    } else {
      const isEarly = outcome.status === 403 && line.isBack()
      if (!isEarly && !asksAgain(outcome, call)) return { outcome, repeated }
      repeated ||= outcome.status !== 429 && !isEarly
      const text = outcome.body.toString()
      const { retryAfterSeconds } = readStatus(text).details ?? {}
      const asked = outcome.askedMs ?? (retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000)
      if (!(await pace.wait(asked, { signal }))) throw refusal(call, outcome.status, text)
      session = await line.sessions({ signal })
    }
  }
}

/** A token or a certificate that has been replaced since it was read. */
function refusedCredentials(outcome: Lost | Reply): boolean {
  return outcome.kind === 'lost' ? outcome.final : outcome.status === 401
}

/** 429 was not looked at. 503 of the server itself neither, but others on the way say it too. */
function asksAgain({ status, askedMs, body }: Reply, call: Call): boolean {
  if (status === 429) return true
  if (!call.repeatable) return status === 503 && askedMs !== undefined
  if (status === 500) return askedMs !== undefined || isOfProxy(status, body.toString())
  return status === 502 || status === 503 || status === 504
}
