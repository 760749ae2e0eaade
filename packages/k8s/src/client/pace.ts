import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'

const FIRST_MS = 200
const LONGEST_MS = 8_000

/** How long a call is repeated. */
export interface Pace {
  /**
   * Waits before the next attempt: as long as the server asked for, else longer each time, with jitter. False at once when
   * the time for this call would be over before. Rejects with the reason of the signal.
   */
  wait(askedMs: number | undefined, options: CallOptions): Promise<boolean>
}

/** Repetitions for `patienceMs` from now on; asked at each wait, as it may grow. */
export function startPace(patienceMs: () => number): Pace {
  const start = performance.now()
  let attempt = 0
  return {
    async wait(askedMs, { signal }): Promise<boolean> {
      const ms = delayOf(attempt, askedMs, Math.random())
      attempt += 1
      if (performance.now() + ms > start + patienceMs()) return false
      await pause(ms, signal)
      return true
    },
  }
}

/**
 * The wait after the attempt of this number, in milliseconds: never shorter than the server asked for; otherwise up to
 * 200 ms doubled each time, 8 s at most. `random` is in [0, 1).
 */
export function delayOf(attempt: number, askedMs: number | undefined, random: number): number {
  if (askedMs !== undefined) return askedMs + random * FIRST_MS
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
  return longest * (0.5 + random / 2)
}

/** Waits; rejects with the reason of the signal itself. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/** What a `Retry-After` asks for, in milliseconds: seconds, or a date. Undefined when it says neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}
