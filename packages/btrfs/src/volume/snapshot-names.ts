import type { CallOptions } from '@salvage-kit/core'
import { isSnapshotName } from '../name/snapshot-name.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { entriesIn } from '../subvolume/directory.ts'

/**
 * What `listSnapshots` lists, names only and sorted as text: what buttervolume's socket answers. Starts no process. Rejects
 * with `VOLUME.NAME`, `BTRFS.NOT_FOUND`.
 */
export async function snapshotNames(
  { snapshotsPath }: Pick<BtrfsSettings, 'snapshotsPath'>,
  { signal, volume }: CallOptions & { readonly volume?: string },
): Promise<readonly string[]> {
  signal.throwIfAborted()
  const start = volume === undefined ? '' : `${volumeName(volume)}@`
  const entries = await entriesIn(snapshotsPath)
  return entries
    .filter((entry) => entry.name.startsWith(start) && entry.isDirectory() && isSnapshotName(entry.name))
    .map(({ name }) => name)
    .toSorted()
}
