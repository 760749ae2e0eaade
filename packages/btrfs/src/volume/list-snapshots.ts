import type { CallOptions } from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { SnapshotName } from '../name/snapshot-name.ts'
import { timeFormat } from '../name/time-format.ts'
import type { TimeFormat } from '../name/time-format.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { entriesIn } from '../subvolume/directory.ts'
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
  // One after the other: a safety snapshot is marked before it is made and until it is removed, so what is an entry is marked
  // by then, or stands no longer when it is looked for.
  const entries = await entriesIn(snapshotsPath)
  const safety = await safetyNames(settings)
  const whole = await listSubvolumes(snapshotsPath, { signal, readOnly: true })
  const subvolumes = new Map(whole.map((subvolume) => [subvolume.name, subvolume]))
  const found = entries.flatMap((entry) => {
    const parsed = entry.name.startsWith(start) && entry.isDirectory() ? parseSnapshotName(entry.name) : undefined
    if (parsed === undefined) return []
    return snapshotOf(entry.name, parsed, { subvolume: subvolumes.get(entry.name), format, safety })
  })
  return oldestFirst(found)
}

/**
 * What a restore of a volume brings back when no snapshot is named: the newest one that somebody took or sent here. Never a
 * safety snapshot, so that a second restore brings back the same.
 */
export function latestOf(snapshots: readonly VolumeSnapshot[]): VolumeSnapshot | undefined {
  return snapshots.findLast(({ kind }) => kind === 'snapshot')
}

function snapshotOf(
  name: string,
  parsed: SnapshotName,
  about: {
    readonly subvolume: Subvolume | undefined
    readonly format: TimeFormat
    readonly safety: ReadonlySet<string>
  },
): VolumeSnapshot {
  const { subvolume, format, safety } = about
  const date = format.parse(parsed.time)
  const dated = { ...parsed, name, ...(date === undefined ? {} : { date }) }
  if (subvolume === undefined) return { ...dated, kind: 'unfinished' }
  if (parsed.host !== undefined) return { ...dated, ...subvolume, kind: 'marker' }
  if (safety.has(name)) return { ...dated, ...subvolume, kind: 'safety' }
  return { ...dated, ...subvolume, kind: date === undefined ? 'undated' : 'snapshot' }
}
