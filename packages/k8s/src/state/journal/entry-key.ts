/** What the name of an entry in the map says. */
export interface EntryKey {
  readonly key: string
  readonly id: number
  /** Which call wrote it: a call whose answer was lost finds its own entries by it. */
  readonly write: string
}

const KEY = /^entry\.([1-9][0-9]{0,15})\.([0-9a-f]+)$/

/** The name of an entry. */
export function entryKey(id: number, write: string): string {
  return `entry.${String(id)}.${write}`
}

/** The entries of a map, in the order in which they were opened; what is none is left out. */
export function entryKeys(data: Readonly<Record<string, string>>): readonly EntryKey[] {
  return Object.keys(data)
    .flatMap((key): EntryKey[] => {
      const [, id, write] = KEY.exec(key) ?? []
      return id === undefined || write === undefined ? [] : [{ key, id: Number(id), write }]
    })
    .toSorted((one, two) => one.id - two.id)
}
