import { SalvageError } from '../error.ts'
import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { RunLock } from '../lock/locks.ts'

/** Why a call failed: after an abort the reason of the abort, whatever the interrupted call threw. */
export function failureOf(error: unknown, signal: AbortSignal): Finding {
  return findingOf(signal.aborted ? signal.reason : error)
}

/** A signal of one run; `using` ends its hold on the caller's, which may live for many runs. */
export interface RunSignal extends Disposable {
  readonly signal: AbortSignal
  /** The caller aborted, before anything else ended the run. */
  readonly byCaller: boolean
  /** Ends the run also when its lock, or its slot, is lost; the signal's reason is that of the loss. */
  endWith(lock: Pick<RunLock, 'lost'>): void
}

/** A signal that aborts with the caller's, and with `RUN.ABORTED` as its reason. */
export function runSignal(parent: AbortSignal | undefined): RunSignal {
  const controller = new AbortController()
  const ended = new AbortController()
  let byCaller = false
  const abort = (): void => {
    byCaller ||= !controller.signal.aborted
    controller.abort(new SalvageError('RUN.ABORTED', 'the run was aborted', { cause: parent?.reason }))
  }
  if (parent?.aborted === true) abort()
  else parent?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    get byCaller() {
      return byCaller
    },
    endWith: ({ lost }) => {
      const end = (): void => controller.abort(lost?.reason)
      if (lost?.aborted === true) end()
      else lost?.addEventListener('abort', end, { once: true, signal: ended.signal })
    },
    [Symbol.dispose]: () => {
      ended.abort()
      parent?.removeEventListener('abort', abort)
    },
  }
}
