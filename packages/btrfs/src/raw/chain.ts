import type { RawNote } from './raw-note.ts'

/** Notes by the names of their copies. */
export type Notes = ReadonlyMap<string, RawNote>

/** What a copy is made of, the whole one first, itself last; undefined when one of them is missing. */
export function chainOf(name: string, notes: Notes): readonly string[] | undefined {
  const chain: string[] = []
  for (let at: string | undefined = name; at !== undefined; at = notes.get(at)?.parent) {
    if (!notes.has(at) || chain.includes(at)) return undefined
    chain.unshift(at)
  }
  return chain
}

/** Of how many others it is made, as far as they are known. */
function depthOf(name: string, notes: Notes): number {
  const seen = new Set<string>()
  for (let at = notes.get(name)?.parent; at !== undefined && !seen.has(at); at = notes.get(at)?.parent) seen.add(at)
  return seen.size
}

/** What becomes of the files of a store when these copies are removed. */
export interface Removal {
  /** Nobody needs them; differences stand before what they are differences to, for a removal may end half way. */
  readonly gone: readonly string[]
  /** They are no points any more, and stay for the sake of others. */
  readonly hidden: readonly string[]
}

/** Removes no file that a copy which stays is a difference to; what was kept for the sake of others goes with the last of them. */
export function removalOf(names: readonly string[], notes: Notes): Removal {
  const removed = new Set([...names, ...[...notes].flatMap(([name, note]) => (note.removed === true ? [name] : []))])
  const needed = new Set<string>()
  for (const name of notes.keys())
    if (!removed.has(name))
      for (let at = notes.get(name)?.parent; at !== undefined && !needed.has(at); at = notes.get(at)?.parent)
        needed.add(at)
  const depths = new Map([...removed].map((name) => [name, depthOf(name, notes)]))
  const gone = [...removed]
    .filter((name) => !needed.has(name))
    .toSorted((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0))
  const hidden = [...removed].filter((name) => needed.has(name) && notes.has(name) && notes.get(name)?.removed !== true)
  return { gone, hidden }
}
