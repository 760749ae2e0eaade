import { findingOf, formatFinding, isSalvageError } from '@salvage-kit/core'
import type { Finding, Redactor } from '@salvage-kit/core'
import type { News, Patience } from '@salvage-kit/notify'
import type { Destination } from './destinations.ts'
import { redactedNews } from './redacted-news.ts'
import { secretReading } from './secret-reading.ts'

/** What is on its way to one destination, in order. */
export interface Outbox {
  /** Takes news that the destination wants; never waits and never throws. */
  readonly push: (news: News) => void
  /** Resolves when everything is delivered or given up, with a finding when something was given up. */
  readonly settled: () => Promise<readonly Finding[]>
}

/** What an outbox works with. */
export interface OutboxOptions {
  readonly redactor: Redactor
  /** Ends everything. */
  readonly signal: AbortSignal
  /** Default: what is usual. */
  readonly patience?: Patience | undefined
}

/**
 * Sends one message after the other. A destination that does not answer is asked no more for single volumes, so that it
 * cannot keep the end of the run from being told in time.
 */
export function createOutbox({ name, on, settings }: Destination, options: OutboxOptions): Outbox {
  const { redactor, signal } = options
  let chain: Promise<void> = Promise.resolve()
  let failure: Finding | undefined
  let away = false
  let lost = 0
  const send = async (news: News): Promise<void> => {
    if (signal.aborted || (away && isOfVolume(news))) {
      lost++
      return
    }
    try {
      await sendNews(news, settings, options)
      away = false
    } catch (error) {
      lost++
      away = !isSalvageError(error) || error.retryable || signal.aborted
      failure ??= findingOf(error)
    }
  }
  return {
    push: (news) => {
      if (news.event === 'test' || !on.has(news.event)) return
      chain = chain.then(async () => send(news))
    },
    settled: async () => {
      await chain
      return lost === 0 ? [] : [failed(name, lost, failure, redactor)]
    },
  }
}

/**
 * Composes and delivers one message now, with everything that is known as a secret masked in it. Rejects with
 * `REPORT.FAILED`, `REPORT.SECRET`, `REPORT.ADDRESS`.
 */
export async function sendNews(news: News, settings: Destination['settings'], options: OutboxOptions): Promise<void> {
  const { redactor, signal, patience } = options
  // Loaded here: a run without reports needs none of it.
  const { deliver, makeNotifier, secretsOf, USUAL_PATIENCE } = await import('@salvage-kit/notify')
  const reading = secretReading(redactor)
  // The redactor learns them before the body is made.
  for (const secret of secretsOf(settings)) await reading.secret(secret)
  const message = await makeNotifier(settings)(redactedNews(news, redactor), reading)
  await deliver(message, patience ?? USUAL_PATIENCE, { signal })
}

function isOfVolume({ event }: News): boolean {
  return event === 'volumeSuccess' || event === 'volumeFailure'
}

function failed(name: string, lost: number, cause: Finding | undefined, redactor: Redactor): Finding {
  const what = lost === 1 ? 'a report was not delivered' : `${String(lost)} reports were not delivered`
  const why = cause === undefined ? {} : { why: redactor.redact(whyOf(cause)) }
  const hint = cause?.hint ?? 'try it with salvage-kit report test'
  return { code: 'REPORT.FAILED', message: `${name}: ${what}`, ...why, hint }
}

function whyOf({ code, message, why }: Finding): string {
  if (code !== 'REPORT.FAILED') return formatFinding({ code, message, ...(why === undefined ? {} : { why }) })
  return why === undefined ? message : `${message}: ${why}`
}
