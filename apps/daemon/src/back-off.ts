import { setTimeout as delay } from 'node:timers/promises'

/** Growing times between tries. */
export interface BackOff {
  /** Waits, longer each time; ends early, without an error, when a signal comes. */
  wait(signal: AbortSignal): Promise<void>
  /** The next wait is the shortest again. */
  reset(): void
}

/** From `firstMs`, doubled each time, up to `longestMs`. */
export function backOff(firstMs: number, longestMs: number): BackOff {
  let nextMs = firstMs
  return {
    wait: async (signal) => {
      const ms = nextMs
      nextMs = Math.min(nextMs * 2, longestMs)
      await pause(ms, signal)
    },
    reset: () => {
      nextMs = firstMs
    },
  }
}

/** Waits; ends early, without an error, when the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  try {
    await delay(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
