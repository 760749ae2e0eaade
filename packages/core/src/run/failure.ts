import { SalvageError } from '../error.ts'
import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'

/** Why a call failed: after an abort the reason of the abort, whatever the interrupted call threw. */
export function failureOf(error: unknown, signal: AbortSignal): Finding {
  return findingOf(signal.aborted ? signal.reason : error)
}

/** A signal of one run; `using` ends its hold on the caller's, which may live for many runs. */
export interface RunSignal extends Disposable {
  readonly signal: AbortSignal
}

/** A signal that aborts with the caller's, and with `RUN.ABORTED` as its reason. */
export function runSignal(parent: AbortSignal | undefined): RunSignal {
  const controller = new AbortController()
  const abort = (): void => {
    controller.abort(new SalvageError('RUN.ABORTED', 'the run was aborted', { cause: parent?.reason }))
  }
  if (parent?.aborted === true) abort()
  else parent?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      parent?.removeEventListener('abort', abort)
    },
  }
}
