import { join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { SnapshotName } from '../name/snapshot-name.ts'
import { timeFormat } from '../name/time-format.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { entriesIn } from '../subvolume/directory.ts'
import { isReadOnly } from '../subvolume/is-read-only.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { safetyNames } from './safety.ts'
import { oldestFirst } from './snapshot-order.ts'
import type { VolumeSnapshot } from './volume-snapshot.ts'

/** Where snapshots are, and how their names are read. */
export type SnapshotSettings = Pick<BtrfsSettings, 'snapshotsPath' | 'timeFormat'>

/**
 * The snapshots of one volume, or of all, oldest first; see {@link VolumeSnapshot} for what else is among them. One command,
 * however many there are. Rejects with `VOLUME.NAME`, `BTRFS.NOT_FOUND`, `BTRFS.NOT_BTRFS`, `BTRFS.SETTINGS`.
 */
export async function listSnapshots(
  settings: SnapshotSettings,
  { signal, volume }: CallOptions & { readonly volume?: string },
): Promise<readonly VolumeSnapshot[]> {
  signal.throwIfAborted()
  const start = volume === undefined ? '' : `${volumeName(volume)}@`
  const format = timeFormat(settings.timeFormat)
  const { snapshotsPath } = settings
  const list = async (): Promise<readonly Subvolume[]> => listSubvolumes(snapshotsPath, { signal, readOnly: true })
  // It takes as long as all the rest.
  const listing = list()
  listing.catch(() => undefined)
  // A safety snapshot is marked before it is made and until it is removed: what is an entry is marked before or after.
  const marked = await safetyNames(settings)
  const entries = await entriesIn(snapshotsPath)
  const safety = new Set([...marked, ...(await safetyNames(settings))])
  const named = entries.flatMap((entry): readonly Named[] => {
    const parsed = entry.name.startsWith(start) && entry.isDirectory() ? parseSnapshotName(entry.name) : undefined
    if (parsed === undefined) return []
    const date = format.parse(parsed.time)
    return [{ ...parsed, name: entry.name, ...(date === undefined ? {} : { date }) }]
  })
  const listed = byName(await listing)
  const missing = named.filter(({ name }) => !listed.has(name))
  const isBehind = await someAreWhole(missing.map(({ name }) => join(snapshotsPath, name)))
  const subvolumes = isBehind ? byName(await list()) : listed
  return oldestFirst(named.map((one) => snapshotOf(one, subvolumes.get(one.name), safety)))
}

/** What a name says. */
type Named = SnapshotName & Pick<VolumeSnapshot, 'name' | 'date'>

function byName(subvolumes: readonly Subvolume[]): ReadonlyMap<string, Subvolume> {
  return new Map(subvolumes.map((subvolume) => [subvolume.name, subvolume]))
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

/**
 * What a restore of a volume brings back when no snapshot is named: the newest one that somebody took or sent here. Never a
 * safety snapshot, so that a second restore brings back the same.
 */
export function latestOf(snapshots: readonly VolumeSnapshot[]): VolumeSnapshot | undefined {
  return snapshots.findLast(({ kind }) => kind === 'snapshot')
}

function snapshotOf(named: Named, subvolume: Subvolume | undefined, safety: ReadonlySet<string>): VolumeSnapshot {
  if (subvolume === undefined) return { ...named, kind: 'unfinished' }
  if (named.host !== undefined) return { ...named, ...subvolume, kind: 'marker' }
  if (safety.has(named.name)) return { ...named, ...subvolume, kind: 'safety' }
  return { ...named, ...subvolume, kind: named.date === undefined ? 'undated' : 'snapshot' }
}
