/** How many may be at work at once. */
export interface Slots {
  /** Resolves when there is room; in the order of the calls. Undefined when the signal comes first. */
  take(signal: AbortSignal): Promise<Slot | undefined>
}

/** Room for one; given back once, with `using`. */
export interface Slot extends Disposable {
  readonly taken: true
}

/** Room for so many. */
export function slots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  const slot = (): Slot => {
    let held = true
    return {
      taken: true,
      [Symbol.dispose]: () => {
        if (!held) return
        held = false
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next()
      },
    }
  }
  return {
    take: async (signal) => {
      if (signal.aborted) return undefined
      if (free > 0) {
        free -= 1
        return slot()
      }
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const room = (): void => resolve(true)
      const left = (): void => resolve(false)
      waiting.push(room)
      signal.addEventListener('abort', left, { once: true })
      const came = await promise
      signal.removeEventListener('abort', left)
      if (came) return slot()
      const place = waiting.indexOf(room)
      if (place >= 0) waiting.splice(place, 1)
      return undefined
    },
  }
}
