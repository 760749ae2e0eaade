import { formatDuration } from './config/duration.ts'
import { SalvageError } from './error.ts'

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2_147_483_647

/** An abort signal with a timer of its own; `using` ends the timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * A signal that aborts after `ms` milliseconds, or when `parent` does, with `reason` as its reason
 * (default: a `SalvageError` with code `DEADLINE`). Unlike `AbortSignal.timeout` its timer keeps the process alive
 * and is cleared by `using`, so it can guard a hold.
 */
export function deadline(ms: number, parent?: AbortSignal, reason?: unknown): Deadline {
  const controller = new AbortController()
  const over = (): void =>
    controller.abort(
      reason ?? new SalvageError('DEADLINE', `not done within ${formatDuration(ms)}`, { retryable: true }),
    )
  const timer = setTimeout(over, Math.min(ms, LONGEST_TIMER_MS))
  const forward = (): void => controller.abort(parent?.reason)
  if (parent?.aborted === true) forward()
  else parent?.addEventListener('abort', forward, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose](): void {
      clearTimeout(timer)
      parent?.removeEventListener('abort', forward)
    },
  }
}
