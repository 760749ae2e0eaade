/** Things that are lent, each to one at a time; who comes first is served first. */
export interface Lending<Thing> {
  take(): Promise<Thing>
  giveBack(thing: Thing): void
}

/** Lends these things. */
export function lending<Thing>(things: readonly Thing[]): Lending<Thing> {
  const idle = [...things]
  const waiting: ((thing: Thing) => void)[] = []
  return {
    take() {
      const thing = idle.pop()
      return thing === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(thing)
    },
    giveBack(thing) {
      const next = waiting.shift()
      if (next === undefined) idle.push(thing)
      else next(thing)
    },
  }
}
