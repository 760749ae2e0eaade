import { setTimeout as delay } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'

const PAUSE_MS = 50

/** Does it again while it fails in a way that passes, for so many milliseconds; then rejects as the last time. */
export async function repeated<T>(
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  { forMs, signal }: CallOptions & { readonly forMs: number },
): Promise<T> {
  const end = performance.now() + forMs
  for (;;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || performance.now() > end) throw error
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Whether a failure is this one. */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => isSalvageError(error) && error.code === code
}
