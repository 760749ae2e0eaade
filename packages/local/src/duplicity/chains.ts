import { farFile } from './names.ts'
import type { FarFile } from './names.ts'
import type { Moment } from './moment.ts'
import type { Series } from './series.ts'

type NoteFile = Extract<FarFile, { readonly kind: 'note' }>

/** A full or an incremental copy, as its files tell. */
export interface CopySet {
  readonly time: Moment
  readonly base?: Moment
  /** Its manifests first: without one duplicity takes what is left for unfinished. */
  readonly names: readonly string[]
  /** Duplicity writes the manifest last. */
  readonly finished: boolean
}

/** What stands at the far end of one series. */
export interface SeriesFiles {
  readonly series: Series
  /** Oldest first. */
  readonly sets: readonly CopySet[]
  readonly notes: readonly NoteFile[]
}

/** Sorts the names of the far end by their series. */
export function seriesFiles(names: readonly string[]): ReadonlyMap<Series, SeriesFiles> {
  const files = names.map(farFile).filter((file) => file !== undefined)
  const sorted = new Map<Series, SeriesFiles>()
  for (const [series, own] of Map.groupBy(files, (file) => file.series)) {
    const ofSets = own.filter((file) => file.kind === 'set')
    const sets = [...Map.groupBy(ofSets, (file) => file.time).entries()].map(([time, parts]) => setOf(time, parts))
    sorted.set(series, {
      series,
      sets: sets.toSorted((a, b) => a.time.localeCompare(b.time)),
      notes: own.filter((file) => file.kind === 'note'),
    })
  }
  return sorted
}

/** A series of which nothing stands at the far end. */
export function noFiles(series: Series): SeriesFiles {
  return { series, sets: [], notes: [] }
}

/** A full copy and what was built upon it, oldest first: each needs all before it. */
export function chainsOf({ sets }: SeriesFiles): readonly (readonly CopySet[])[] {
  const chains: CopySet[][] = []
  for (const set of sets) {
    const chain = set.base === undefined ? undefined : chains.find((one) => one.at(-1)?.time === set.base)
    if (chain === undefined) chains.push([set])
    else chain.push(set)
  }
  return chains
}

/**
 * The full copy of the chain in which the copy of a moment stands; undefined when that one is not finished, or lacks
 * anything that it is built upon. As duplicity does, passes unfinished copies over, and takes the second of two copies
 * that are built upon the same one for an orphan.
 */
export function fullOf(files: SeriesFiles, time: Moment): Moment | undefined {
  const finished = { ...files, sets: files.sets.filter((set) => set.finished) }
  const [first] = chainsOf(finished).find((chain) => chain.some((set) => set.time === time)) ?? []
  return first?.base === undefined ? first?.time : undefined
}

function setOf(time: Moment, parts: readonly Extract<FarFile, { readonly kind: 'set' }>[]): CopySet {
  // Signatures of an incremental copy may begin elsewhere than the copy itself.
  const base = parts.find((part) => part.part !== 'signatures' && part.base !== undefined)?.base
  const finished = parts.some(({ part }) => part === 'manifest')
  const first = parts.filter(({ part }) => part === 'manifest')
  const others = parts.filter(({ part }) => part !== 'manifest')
  return {
    time,
    ...(base === undefined ? {} : { base }),
    names: [...first, ...others].map(({ name }) => name),
    finished,
  }
}
