import { setTimeout as delay } from 'node:timers/promises'
import { isSalvageError } from '../error.ts'
import type { Locks, RunLock } from '../lock/locks.ts'

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

/**
 * Takes the keys, and waits up to `waitMs` for whoever has them: verbs are short. Rejects with `LOCK.BUSY` after that,
 * and with the signal's reason.
 */
export async function patientLock(
  locks: Locks,
  runId: string,
  keys: readonly string[],
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<RunLock> {
  const end = performance.now() + waitMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await locks.acquire(runId, keys)
    } catch (error) {
      const mayHelp = isSalvageError(error) && error.code === 'LOCK.BUSY' && performance.now() < end
      if (!mayHelp) throw error
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}
