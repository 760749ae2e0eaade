import type { StopToken } from './schema.ts'

/** The engine's own grace for a container that names none. */
const DEFAULT_GRACE_S = 10
/** For a container that is to be waited for without end: the budget of the hold ends it sooner. */
const ENDLESS_MS = 86_400_000

/** Whether the container is to be waited for without end. */
export function isEndless({ graceSeconds = DEFAULT_GRACE_S }: Pick<StopToken, 'graceSeconds'>): boolean {
  return graceSeconds < 0
}

/** How long a container may take to end by itself, in milliseconds; at most a day. */
export function graceMs(token: Pick<StopToken, 'graceSeconds'>): number {
  return isEndless(token) ? ENDLESS_MS : Math.min(ENDLESS_MS, (token.graceSeconds ?? DEFAULT_GRACE_S) * 1000)
}
