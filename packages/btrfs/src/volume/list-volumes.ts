import { join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { failureOf } from '../command/failure.ts'
import { isVolumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { entriesIn } from '../subvolume/directory.ts'
import { isBtrfs, isSubvolume } from '../subvolume/is-subvolume.ts'
import { volumePath } from './place.ts'

type VolumesPlace = Pick<BtrfsSettings, 'volumesPath'>

/**
 * The names of all volumes, sorted. Starts no process: a thousand volumes take some milliseconds, however many snapshots.
 * Rejects with `BTRFS.NOT_FOUND`, `BTRFS.NOT_BTRFS`.
 */
export async function listVolumes({ volumesPath }: VolumesPlace, { signal }: CallOptions): Promise<readonly string[]> {
  signal.throwIfAborted()
  const names = (await entriesIn(volumesPath)).map(({ name }) => name).filter(isVolumeName)
  if (!(await isBtrfs(volumesPath))) throw failureOf(`listing ${volumesPath}`, 'not a btrfs filesystem', undefined)
  const are = await Promise.all(names.map(async (name) => isSubvolume(join(volumesPath, name))))
  return names.filter((_, index) => are[index]).toSorted()
}

/** Whether there is such a volume; false for a plain directory of this name. Starts no process. Throws `VOLUME.NAME`. */
export async function volumeExists(settings: VolumesPlace, volume: string, { signal }: CallOptions): Promise<boolean> {
  signal.throwIfAborted()
  return isSubvolume(volumePath(settings, volume))
}
