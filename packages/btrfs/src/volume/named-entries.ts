import { join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { SnapshotName } from '../name/snapshot-name.ts'
import { timeFormat } from '../name/time-format.ts'
import type { TimeFormat } from '../name/time-format.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { isReadOnly } from '../subvolume/is-read-only.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { safetyNames } from './safety.ts'
import { snapshotNames } from './snapshot-names.ts'

/** Where snapshots are, and how their names are read. */
export type SnapshotSettings = Pick<BtrfsSettings, 'snapshotsPath' | 'timeFormat'>

/** What a name says. */
export interface Named extends SnapshotName {
  readonly name: string
  /** To the millisecond. */
  readonly date?: Date
}

/** What stands among the snapshots. */
export interface NamedEntries<T> {
  readonly named: readonly Named[]
  /** By name, what the file system says of those that are whole. */
  readonly whole: ReadonlyMap<string, T>
  /** The names of those that a restore made. */
  readonly safety: ReadonlySet<string>
}

/**
 * The entries with a snapshot's name of one volume, or of all, and what `list` says of them: it lists what is read-only, and
 * runs while the names are read. Called again when something was made whole since it began. Rejects with `VOLUME.NAME`,
 * `BTRFS.NOT_FOUND`, `BTRFS.SETTINGS` and as `list`.
 */
export async function namedEntries<T>(
  { snapshotsPath, timeFormat: text }: SnapshotSettings,
  { signal, volume }: CallOptions & { readonly volume?: string },
  list: () => Promise<ReadonlyMap<string, T>>,
): Promise<NamedEntries<T>> {
  signal.throwIfAborted()
  if (volume !== undefined) volumeName(volume)
  const read = readerOf(text)
  // It takes as long as all the rest.
  const listing = list()
  listing.catch(() => undefined)
  // A safety snapshot is marked before it is made and until it is removed: what is an entry is marked before or after.
  const marked = await safetyNames({ snapshotsPath })
  const names = await snapshotNames({ snapshotsPath }, { signal, ...(volume === undefined ? {} : { volume }) })
  const safety = new Set([...marked, ...(await safetyNames({ snapshotsPath }))])
  const named = names.map((name) => read(name)).filter((one) => one !== undefined)
  const listed = await listing
  const missing = named.filter(({ name }) => !listed.has(name))
  const isBehind = await someAreWhole(missing.map(({ name }) => join(snapshotsPath, name)))
  return { named, whole: isBehind ? await list() : listed, safety }
}

/** What names said when they were read last, by the format of their times: the same ones are asked for again and again. */
let known: { readonly text: string; readonly named: ReadonlyMap<string, Named> } = { text: '', named: new Map() }

/** Reads the names of one listing; what it read is remembered in the place of what the listing before had read. */
function readerOf(text: string): (name: string) => Named | undefined {
  const format = timeFormat(text)
  const before = known.text === text ? known.named : new Map<string, Named>()
  const named = new Map<string, Named>()
  known = { text, named }
  return (name) => {
    const one = before.get(name) ?? namedBy(format, name)
    if (one !== undefined) named.set(name, one)
    return one
  }
}

function namedBy(format: TimeFormat, name: string): Named | undefined {
  const parsed = parseSnapshotName(name)
  if (parsed === undefined) return undefined
  const date = format.parse(parsed.time)
  return { ...parsed, name, ...(date === undefined ? {} : { date }) }
}

/** Whether some are read-only subvolumes: those were made since the list was begun in which they are not. */
async function someAreWhole(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    try {
      if ((await isSubvolume(path)) && (await isReadOnly(path))) return true
    } catch {
      // It was removed meanwhile, or cannot be looked into.
    }
  }
  return false
}
