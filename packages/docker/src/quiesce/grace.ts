import type { StopToken } from './schema.ts'

/** The engine's own grace for a container that names none. */
const DEFAULT_GRACE_S = 10
/** For a container that is to be waited for without end: the budget of the hold ends it sooner. */
const ENDLESS_MS = 86_400_000

/** How long a container may take to end by itself, in milliseconds; at most a day. */
export function graceMs({ graceSeconds = DEFAULT_GRACE_S }: Pick<StopToken, 'graceSeconds'>): number {
  return graceSeconds < 0 ? ENDLESS_MS : Math.min(ENDLESS_MS, graceSeconds * 1000)
}
