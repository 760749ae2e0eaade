import { setTimeout as delay } from 'node:timers/promises'
import { isSalvageError } from '../error.ts'

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

/**
 * Does work that takes what others may hold, and does it again for up to `waitMs` while they do: verbs are short. Rejects
 * with `LOCK.BUSY` after that, and with the signal's reason.
 */
export async function patiently<T>(
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + waitMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      const mayHelp = isSalvageError(error) && error.code === 'LOCK.BUSY' && performance.now() < end
      if (!mayHelp) throw error
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}
