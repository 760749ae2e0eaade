import { entryText, readEntryText } from '@salvage-kit/core'
import type { JournalEntry } from '@salvage-kit/core'
import type { ConfigMap } from '../map/schema.ts'
import type { Changes } from '../map/shared-map.ts'
import { entryKeys } from './entry-key.ts'
import type { EntryKey } from './entry-key.ts'

/** An entry and where it stands. */
export interface Stored extends EntryKey {
  readonly entry: JournalEntry
}

const LAST = 'last'
const IDENTITY = 'identity'

/**
 * The entries of the journal. Those of a copy of a journal (its ConfigMap was restored from a backup, so it is another
 * object than the one that they were written to) are marked so. Throws `JOURNAL.CORRUPT` for one that is wanted.
 */
export function storedIn(
  { data, metadata }: ConfigMap,
  where: string,
  isWanted: (id: number) => boolean = () => true,
): readonly Stored[] {
  const known = data[IDENTITY]
  const isCopy = known !== undefined && known !== metadata.uid
  const wanted = entryKeys(data).filter(({ id }) => isWanted(id))
  return wanted.map((at) => {
    const read = readEntryText(data[at.key] ?? '', `entry ${String(at.id)} of ${where}`)
    return { ...at, entry: { ...read, id: at.id, ...(isCopy ? { copied: true as const } : {}) } }
  })
}

/**
 * The number of the newest entry ever. A map that was made anew goes on above all that it can have had: by the clock, and
 * by the newest number that this process has given.
 */
export function lastIn({ data }: ConfigMap, given = 0): number {
  const known = Number(data[LAST] ?? Number.NaN)
  return Number.isSafeInteger(known) ? Math.max(known, entryKeys(data).at(-1)?.id ?? 0) : Math.max(Date.now(), given)
}

/**
 * What goes with every change: the number of the newest entry, and that this very object is the journal; of a copy, its
 * entries with their mark.
 */
export function standing(map: ConfigMap, where: string, last: number = lastIn(map)): Changes {
  const { data, metadata } = map
  if (data[IDENTITY] === metadata.uid && data[LAST] === String(last)) return {}
  const copied = storedIn(map, where).filter(({ entry }) => entry.copied === true && entry.undo.kind !== 'unreadable')
  return {
    [LAST]: String(last),
    [IDENTITY]: metadata.uid,
    ...Object.fromEntries(copied.map(({ key, entry }) => [key, entryText(entry)])),
  }
}
