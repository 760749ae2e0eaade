/** What a {@link SalvageError} is made of besides its code and message. */
export interface SalvageErrorDetails {
  /** Why it happened, when the message does not say it already. */
  readonly why?: string
  /** What the reader can do next. */
  readonly hint?: string
  /** True when the same call may succeed a little later (an engine that restarts, a lock that is held). */
  readonly retryable?: boolean
  /** True when the failed call certainly changed nothing. */
  readonly untouched?: boolean
  readonly cause?: unknown
}

/**
 * An expected failure. `message` says what went wrong and where; `why` and `hint` say why and what to do next.
 * Recognised by {@link isSalvageError}, never by `instanceof`: two copies of this package may meet in one process.
 */
export class SalvageError extends Error {
  /** Dotted: `AREA.REASON`. Every code is listed in `docs/errors.md`. */
  readonly code: string
  readonly why?: string
  readonly hint?: string
  readonly retryable: boolean
  readonly untouched: boolean

  constructor(code: string, message: string, details: SalvageErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SalvageError'
    this.code = code
    this.retryable = details.retryable ?? false
    this.untouched = details.untouched ?? false
    if (details.why !== undefined) this.why = details.why
    if (details.hint !== undefined) this.hint = details.hint
  }
}

/** Tells a failure from a bug. A failure carries a dotted code; a bug is any other error. */
export function isSalvageError(error: unknown): error is SalvageError {
  return error instanceof Error && error.name === 'SalvageError' && 'code' in error && typeof error.code === 'string'
}

/** The text of anything thrown, on one line, for a place where only text fits. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
