/** Lets work on one thing run one after the other, and work on different things side by side. */
export interface Turns {
  /** Runs `work` when all that was given before under this key has ended, however it ended. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>
  /** How many keys have work. */
  readonly size: () => number
}

/** Turns within this process. What has ended leaves nothing. */
export function makeTurns(): Turns {
  const last = new Map<string, Promise<void>>()
  return {
    size: () => last.size,
    take: async (key, work) => {
      const before = last.get(key)
      const { promise, resolve } = Promise.withResolvers<void>()
      last.set(key, promise)
      try {
        await before
        return await work()
      } finally {
        if (last.get(key) === promise) last.delete(key)
        resolve()
      }
    },
  }
}
