/** A permit; `using` gives it back. */
export type Slot = Disposable

/** Lets at most `count` holders in, first come first served. Absent: everybody. Rejects with the signal's reason. */
export function slots(count: number | undefined): (signal: AbortSignal) => Promise<Slot> {
  let free = count ?? Number.POSITIVE_INFINITY
  const waiting: (() => void)[] = []
  const release = (): void => {
    free += 1
    waiting.shift()?.()
  }
  return async (signal) => {
    signal.throwIfAborted()
    if (free <= 0) await turn(waiting, signal)
    free -= 1
    let held = true
    return {
      [Symbol.dispose](): void {
        if (held) release()
        held = false
      },
    }
  }
}
