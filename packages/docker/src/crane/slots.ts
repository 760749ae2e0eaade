/** A permit; `using` gives it back. */
export type Slot = Disposable

/** Lets at most `count` holders in, first come first served; absent: everybody. Rejects with the signal's reason. */
export function slots(count: number | undefined): (signal: AbortSignal) => Promise<Slot> {
  let free = count ?? Number.POSITIVE_INFINITY
  const waiting: (() => void)[] = []
  /** A slot goes straight to the next in line, so that nobody who comes meanwhile can take it. */
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async (signal) => {
    signal.throwIfAborted()
    if (free > 0) free -= 1
    else await turn(waiting, signal)
    let held = true
    return {
      [Symbol.dispose](): void {
        if (held) release()
        held = false
      },
    }
  }
}

async function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = (): void => {
    const place = waiting.indexOf(resolve)
    // Not in the line any more: the slot is this one's already.
    if (place === -1) return
    waiting.splice(place, 1)
    reject(signal.reason)
  }
  waiting.push(resolve)
  signal.addEventListener('abort', leave, { once: true })
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
