/** A snapshot or marker of one volume, as far as retention is concerned. */
export interface PurgeCandidate {
  readonly name: string
  /** As its name says; absent when it says none, and then it is left alone. */
  readonly time?: Date
  /** Of a marker. */
  readonly host?: string
  /** Of the file system: tells which one is newer whatever the clock did. */
  readonly generation?: number
  /** Why it must stay, whatever the pattern says: a parent of something, somebody uses it. */
  readonly pinned?: string
  /** Was made by a restore, so it is not what a person would restore. */
  readonly isSafety?: boolean
  /** Half received: no snapshot yet, and none that keeps another from being the last. */
  readonly isUnfinished?: boolean
}

/** A candidate with a time. */
export interface Dated extends PurgeCandidate {
  readonly time: Date
}

/** Oldest first; of the same time by name, so a marker comes after what it marks. */
export function byTime(one: Dated, other: Dated): number {
  const difference = one.time.getTime() - other.time.getTime()
  if (difference !== 0) return difference
  if (one.name === other.name) return 0
  return one.name < other.name ? -1 : 1
}

/**
 * The newest by its time, and the newest by when the file system got it, where that is another one: one of both is wrong
 * after the clock was set. Expects them oldest first.
 */
export function newestOf(candidates: readonly Dated[]): ReadonlySet<Dated> {
  const newest = new Set<Dated>(candidates.slice(-1))
  let last: Dated | undefined
  for (const candidate of candidates)
    if (candidate.generation !== undefined && candidate.generation >= (last?.generation ?? 0)) last = candidate
  if (last !== undefined) newest.add(last)
  return newest
}
