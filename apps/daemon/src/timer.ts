/** Where clocks are set, or a machine sleeps, no timer comes at its time: so none waits for longer than this. */
const LONGEST_MS = 60_000

/** One timer, set again and again. */
export interface Timer extends Disposable {
  /** Rings at that time, or once a minute until then; at once for a time that has passed. Replaces what was set before. */
  set(at: Date | undefined, now: Date): void
}

/** A timer that calls `ring`, which must not throw. */
export function timer(ring: () => void): Timer {
  let running: NodeJS.Timeout | undefined
  return {
    set: (at, now) => {
      clearTimeout(running)
      const ms = at === undefined ? LONGEST_MS : at.getTime() - now.getTime()
      running = setTimeout(ring, Math.min(Math.max(ms, 0), LONGEST_MS))
    },
    [Symbol.dispose]: () => clearTimeout(running),
  }
}
