import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../command/error-code.ts'
import { isVolumeName } from '../../name/volume-name.ts'
import { isBtrfs, SUBVOLUME_INODE } from '../../subvolume/is-subvolume.ts'
import type { Volume } from './volume.ts'

/**
 * All volumes, by name. One look at each, however many subvolumes the file system has; starts no process. Empty when the
 * file system is not there.
 */
export async function listVolumes(volumesPath: string): Promise<readonly Volume[]> {
  if (!(await isBtrfs(volumesPath))) return []
  const names = (await readdir(volumesPath)).filter(isVolumeName).toSorted()
  const found = await Promise.all(names.map(async (name) => looked(name, join(volumesPath, name))))
  return found.filter((volume) => volume !== undefined)
}

async function looked(name: string, path: string): Promise<Volume | undefined> {
  try {
    const stats = await lstat(path)
    if (!stats.isDirectory() || stats.ino !== SUBVOLUME_INODE) return undefined
    return { name, path, createdAt: stats.birthtime }
  } catch (error) {
    // Removed meanwhile.
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
