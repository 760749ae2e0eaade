/** A permit; `using` gives it back. */
export type Slot = Disposable

/** Waits for a permit; see {@link slots}. */
export type Slots = (count: number | undefined, signal: AbortSignal) => Promise<Slot>

interface Waiting {
  readonly count: number
  readonly enter: () => void
}

/**
 * One line, first come first served. Each lets itself in when fewer than `count` are in; absent: always, once it is the
 * first. The call rejects with the signal's reason.
 */
export function slots(): Slots {
  let held = 0
  const line: Waiting[] = []
  /** A slot goes straight to the next in line, so that nobody who comes meanwhile can take it. */
  const admit = (): void => {
    for (let next = line[0]; next !== undefined && held < next.count; next = line[0]) {
      line.shift()
      held += 1
      next.enter()
    }
  }
  return async (count = Number.POSITIVE_INFINITY, signal) => {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const own: Waiting = { count, enter: resolve }
    const leave = (): void => {
      const place = line.indexOf(own)
      // Not in the line any more: the slot is this one's already.
      if (place === -1) return
      line.splice(place, 1)
      reject(signal.reason)
      admit()
    }
    signal.addEventListener('abort', leave, { once: true })
    line.push(own)
    admit()
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
    let isHeld = true
    return {
      [Symbol.dispose](): void {
        if (!isHeld) return
        isHeld = false
        held -= 1
        admit()
      },
    }
  }
}
