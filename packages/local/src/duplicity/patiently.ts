import { setTimeout } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'

/** How long the end of another duplicity on the same cache is waited for, in milliseconds. */
const PATIENCE_MS = 120_000
const AGAIN_MS = 1000

/** Tries again while another process of this machine has the lock. That of a dead one goes with it: the kernel holds it. */
export async function patiently<Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'STORE.LOCKED' || performance.now() >= until) throw error
      await setTimeout(AGAIN_MS, undefined, { signal })
    }
  }
}
