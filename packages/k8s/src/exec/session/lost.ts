import { SalvageError } from '@salvage-kit/core'
import type { ExecRequest } from '../../client/exec-session.ts'

/** Where a program runs. */
export type Place = Pick<ExecRequest, 'namespace' | 'pod' | 'container'>

/** For messages: no command and no values. */
export function placeOf({ namespace, pod, container }: Place): string {
  return `container "${container}" of pod ${namespace}/${pod}`
}

/** `EXEC.LOST`: nobody knows how the program ended. */
export function lost(place: Place, why: string, cause?: unknown): SalvageError {
  return new SalvageError('EXEC.LOST', `the connection to ${placeOf(place)} ended before the program did`, {
    why,
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What a signal was aborted with, as an error that a stream can be destroyed with. */
export function abortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : new SalvageError('ABORTED', 'stopped', { cause: reason })
}
