import { errorText, isSalvageError } from './error.ts'

/**
 * Something that a reader should know and that is data in a result, not a thrown error: a skipped target, a workload
 * that could not be put back, a label that means nothing.
 */
export interface Finding {
  /** Dotted, like an error's code, and listed in `docs/errors.md` with them. */
  readonly code: string
  /** What and where. */
  readonly message: string
  readonly why?: string
  readonly hint?: string
}

/** Turns what was thrown into data; a bug gets the code `BUG`. */
export function findingOf(error: unknown): Finding {
  if (!isSalvageError(error)) return { code: 'BUG', message: errorText(error) }
  return {
    code: error.code,
    message: error.message,
    ...(error.why === undefined ? {} : { why: error.why }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
}
