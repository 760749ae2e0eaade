/**
 * Calls that have an effect, by the journal entry that takes it back, as long as they go on. An effect may come after its
 * undo when the call did not listen to its signal: then the entry must outlive that undo.
 */
export interface Calls {
  /** Gives the call back. */
  follow<T>(entry: number, call: Promise<T>): Promise<T>
  /** Resolves when the call of this entry has ended; undefined when none goes on. */
  running(entry: number): Promise<void> | undefined
}

/** No call goes on yet. */
export function createCalls(): Calls {
  const going = new Map<number, Promise<void>>()
  return {
    follow: (entry, call) => {
      const over = (): void => void going.delete(entry)
      going.set(entry, call.then(over, over))
      return call
    },
    running: (entry) => going.get(entry),
  }
}
