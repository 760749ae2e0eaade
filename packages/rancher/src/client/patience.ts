import { setTimeout as sleep } from 'node:timers/promises'

/** How long calls may take, and how often they are made. All times in milliseconds. */
export interface Patience {
  /** Until a connection stands. */
  readonly connectMs: number
  /** For one attempt, from its begin to the last byte of the answer. */
  readonly requestMs: number
  /** Attempts of one call at most. */
  readonly attempts: number
  /** The wait before the second attempt; each further one is twice as long, less up to a half of it by chance. */
  readonly firstWaitMs: number
}

/** What a server on the same continent needs, with some to spare. */
export const USUAL_PATIENCE: Patience = { connectMs: 10_000, requestMs: 60_000, attempts: 4, firstWaitMs: 500 }

/** The wait after the attempt of this number, counted from 1. `random` is in [0, 1). */
export function waitMs({ firstWaitMs }: Patience, attempt: number, random: number): number {
  return firstWaitMs * 2 ** (attempt - 1) * (0.5 + random / 2)
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
