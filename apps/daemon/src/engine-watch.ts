import { findingOf } from '@salvage-kit/core'
import { watchTides } from '@salvage-kit/host'
import { backOff, pause } from './back-off.ts'
import type { Problems } from './problems.ts'
import type { Roster } from './roster.ts'

/** A container that is made anew comes and goes within this time; looked at once. */
const SETTLE_MS = 300
/** How often an engine is looked for that nobody misses. */
const RARE_MS = 300_000

/**
 * Keeps the roster as the labels are, for as long as the signal lets it: through the engine's events, and when the engine
 * goes away and comes back. Never rejects.
 */
export async function watchLabels(roster: Roster, problems: Problems, signal: AbortSignal): Promise<void> {
  const patience = backOff(500, 30_000)
  while (!signal.aborted) {
    const { config } = roster.loaded()
    if (config.docker?.enabled === false) {
      await pause(RARE_MS, signal)
      continue
    }
    try {
      for await (const _what of watchTides(roster.loaded(), { signal })) {
        await pause(SETTLE_MS, signal)
        if (signal.aborted) return
        // What cannot be read now is read again with the next connection.
        if (!(await roster.refresh())) break
        if (roster.docker().state === 'connected') patience.reset()
        // Another engine than the one that is listened to.
        if (roster.loaded().config.docker?.host !== config.docker?.host) break
      }
    } catch (error) {
      if (signal.aborted) return
      if (roster.docker().seen) problems.set('Docker', findingOf(error))
    }
    if (roster.docker().seen || problems.has('Docker') || problems.has('tides')) await patience.wait(signal)
    else await pause(RARE_MS, signal)
  }
}
