/** A moment by both clocks of this machine. */
export interface Moment {
  readonly steady: number
  readonly wall: number
}

export function now(): Moment {
  return { steady: performance.now(), wall: Date.now() }
}

/**
 * How long ago that was, in milliseconds, by the clock that says more: the steady one stands still while a machine sleeps,
 * the other one may be set back.
 */
export function age({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall)
}
