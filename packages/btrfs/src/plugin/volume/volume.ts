import { lstat } from 'node:fs/promises'
import { errorCode } from '../../command/error-code.ts'
import { together } from '../../command/together.ts'
import { isBtrfs, SUBVOLUME_INODE } from '../../subvolume/is-subvolume.ts'
import { volumePath } from '../../volume/place.ts'
import { notSubvolume } from '../../volume/refusal.ts'

/** A volume as it stands. */
export interface Volume {
  readonly name: string
  readonly path: string
  /** When its subvolume was made; of one that was restored or cloned, when that was made which it comes from. */
  readonly createdAt: Date
}

/** The volume of this name; undefined when there is none. Starts no process. Rejects with `VOLUME.NAME`, `VOLUME.PLAIN`. */
export async function findVolume(volumesPath: string, name: string): Promise<Volume | undefined> {
  const path = volumePath({ volumesPath }, name)
  try {
    const [stats, onBtrfs] = await together([lstat(path), isBtrfs(path)])
    if (stats.isDirectory() && stats.ino === SUBVOLUME_INODE && onBtrfs)
      return { name, path, createdAt: stats.birthtime }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
  throw notSubvolume(name)
}
