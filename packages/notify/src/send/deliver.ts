import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Message } from '../notifier.ts'
import { hostOf } from './failure.ts'
import { Refusal, sendHttp } from './http.ts'

/** How long and how often a message is tried. */
export interface Patience {
  readonly tries: number
  /** For one try, in milliseconds. */
  readonly tryMs: number
  /** For all tries and the waits between them. */
  readonly totalMs: number
  /** Before the second try; it doubles with each one. */
  readonly backoffMs: number
}

/** What is usual: a service that restarts is waited for, one that hangs is given up. */
export const USUAL_PATIENCE: Patience = { tries: 4, tryMs: 10_000, totalMs: 30_000, backoffMs: 1000 }

/**
 * Delivers one message: at least once, for an answer that got lost looks like none. Tries again what may pass, after
 * as long as the server asks for. Rejects with `REPORT.FAILED` after `totalMs` at the latest, or with the reason of the
 * signal.
 */
export async function deliver(message: Message, patience: Patience, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const end = performance.now() + patience.totalMs
  using limit = deadline(
    patience.totalMs,
    options.signal,
    new SalvageError('REPORT.FAILED', overdue(message, patience.totalMs)),
  )
  let last: unknown
  for (let attempt = 1; attempt <= patience.tries; attempt++) {
    try {
      await sendOnce(message, patience.tryMs, limit.signal)
      return
    } catch (error) {
      options.signal.throwIfAborted()
      // When the time is over while a try hangs, the one before knows more.
      if (limit.signal.aborted) throw last ?? error
      if (!isSalvageError(error) || !error.retryable || attempt === patience.tries) throw error
      last = error
      const wait = waitBefore(attempt, error, patience)
      if (performance.now() + wait >= end) throw error
      await pause(wait, limit.signal)
      options.signal.throwIfAborted()
    }
  }
}

async function sendOnce(message: Message, tryMs: number, parent: AbortSignal): Promise<void> {
  using limit = deadline(
    tryMs,
    parent,
    new SalvageError('REPORT.FAILED', overdue(message, tryMs), {
      hint: 'see that it can be reached from here',
      retryable: true,
    }),
  )
  const { signal } = limit
  if (message.kind === 'http') {
    await sendHttp(message, { signal })
    return
  }
  // Loaded here: who sends no mail needs none of it.
  const { sendMail } = await import('./mail.ts')
  await sendMail(message, { signal })
}

/** Waits, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

function waitBefore(attempt: number, error: SalvageError, { backoffMs }: Patience): number {
  const backoff = backoffMs * 2 ** (attempt - 1)
  return error instanceof Refusal ? Math.max(error.retryAfterMs ?? 0, backoff) : backoff
}

function overdue(message: Message, ms: number): string {
  return `${hostOf(message)} did not answer within ${String(Math.ceil(ms / 1000))} s`
}
