import type { CallOptions } from '@salvage-kit/core'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { namedEntries } from './named-entries.ts'
import type { Named, SnapshotSettings } from './named-entries.ts'
import { oldestFirst } from './snapshot-order.ts'
import type { VolumeSnapshot } from './volume-snapshot.ts'

/**
 * The snapshots of one volume, or of all, oldest first; see {@link VolumeSnapshot} for what else is among them. One command,
 * however many there are. Rejects with `VOLUME.NAME`, `BTRFS.NOT_FOUND`, `BTRFS.NOT_BTRFS`, `BTRFS.SETTINGS`.
 */
export async function listSnapshots(
  settings: SnapshotSettings,
  options: CallOptions & { readonly volume?: string },
): Promise<readonly VolumeSnapshot[]> {
  const { signal } = options
  const list = async (): Promise<ReadonlyMap<string, Subvolume>> => {
    const found = await listSubvolumes(settings.snapshotsPath, { signal, readOnly: true })
    return new Map(found.map((subvolume) => [subvolume.name, subvolume]))
  }
  const { named, whole, safety } = await namedEntries(settings, options, list)
  return oldestFirst(named.map((one) => snapshotOf(one, whole.get(one.name), safety)))
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
