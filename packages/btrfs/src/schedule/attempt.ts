import { isSalvageError } from '@salvage-kit/core'
import type { SchedulerClock } from './clock.ts'

/** How long an attempt waits in all for locks of others. */
const PATIENCE_MS = 30_000

/** Does something again while somebody else works on the same volume, for half a minute. */
export async function attempt<T>(work: () => Promise<T>, clock: SchedulerClock, signal: AbortSignal): Promise<T> {
  for (let waited = 0, pause = 1000; ; waited += pause, pause *= 2) {
    try {
      return await work()
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'LOCK.BUSY' || waited >= PATIENCE_MS || signal.aborted) throw error
      await clock.sleep(pause, signal)
    }
  }
}
