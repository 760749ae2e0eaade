import { lstat, statfs } from 'node:fs/promises'

/** https://man7.org/linux/man-pages/man2/statfs.2.html */
const BTRFS_SUPER_MAGIC = 0x91_23_68_3e
/** The root directory of every subvolume. https://btrfs.readthedocs.io/en/latest/Subvolumes.html */
export const SUBVOLUME_INODE = 256

/** Whether a path is on BTRFS; false when nothing is there. Starts no process. */
export async function isBtrfs(path: string): Promise<boolean> {
  try {
    return (await statfs(path)).type === BTRFS_SUPER_MAGIC
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

/** Whether a path is a subvolume itself, and no link to one; false when nothing is there. Starts no process. */
export async function isSubvolume(path: string): Promise<boolean> {
  try {
    const stats = await lstat(path)
    return stats.isDirectory() && stats.ino === SUBVOLUME_INODE && (await isBtrfs(path))
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

/** A path of which nothing is there, or whose parents are no directories. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
