import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
const GROWTH = 1.4

/** Looks again and again, soon at first and each second later, until there is something. Ends with the signal only. */
export async function until<T>(look: () => Promise<T | undefined>, { signal }: CallOptions): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    const found = await look()
    if (found !== undefined) return found
    try {
      await sleep(pauseMs, undefined, { signal })
    } catch {
      signal.throwIfAborted()
    }
  }
}
