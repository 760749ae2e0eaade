import type { Depot } from './depot.ts'
import type { LogRecord } from './log-record.ts'
import type { Moment } from './moment.ts'
import { runDuplicity } from './run-duplicity.ts'
import type { Series } from './series.ts'

/** A copy that duplicity calls whole. */
export interface Held {
  readonly time: Moment
  /** That of the full copy of its chain. */
  readonly full: Moment
}

/** What duplicity says of a series. */
export interface Collection {
  /** Oldest first. */
  readonly held: readonly Held[]
  /** Copies without what they are built upon, or without their end. */
  readonly broken: number
}

const COLLECTION_STATUS = 3

/** Asks `duplicity collection-status`. It reads the names of the far end, not the cache of this machine, and takes no lock of it. */
export async function collectionOf(
  depot: Depot,
  series: Series,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<Collection> {
  let found: Collection = { held: [], broken: 0 }
  await runDuplicity(depot, {
    what: `listing ${depot.ref}`,
    args: ['collection-status'],
    places: [depot.url],
    series,
    archiveDirectory: folder,
    work: 'list',
    folder,
    onRecord: (record) => {
      if (record.level === 'INFO' && record.code === COLLECTION_STATUS) found = readCollection(record)
    },
    signal,
  })
  return found
}

/** Reads the lines of a message: `chain-complete`, then ` full TIME VOLUMES enc`, ` inc TIME VOLUMES enc`. */
export function readCollection({ data }: Pick<LogRecord, 'data'>): Collection {
  const held: Held[] = []
  let broken = 0
  let full: Moment | undefined
  let inChain = false
  for (const line of data) {
    if (line.startsWith('chain-')) inChain = true
    const [, kind, time] = /^ (full|inc) (\d{8}T\d{6}Z) /.exec(line) ?? []
    if (kind !== undefined && time !== undefined && inChain) {
      if (kind === 'full') full = time
      if (full !== undefined) held.push({ time, full })
    }
    const count = /^(?:orphaned|incomplete)-sets-num (\d+)/.exec(line)?.[1]
    if (count !== undefined) {
      inChain = false
      broken += Number(count)
    }
  }
  return { held: held.toSorted((a, b) => a.time.localeCompare(b.time)), broken }
}
