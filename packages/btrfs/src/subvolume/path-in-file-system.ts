import { realpath } from 'node:fs/promises'
import { mountAbove, readMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'

/**
 * Where a directory is as seen from the top of its file system, without a slash at either end: as `btrfs subvolume list`
 * writes paths, whatever of the file system is mounted where.
 */
export async function pathInFileSystem(directory: string): Promise<string> {
  return placeIn(await readMounts(), await realpath(directory))
}

/** The same for a real path among these mounts. */
export function placeIn(mounts: readonly Mount[], path: string): string {
  const mount = mountAbove(mounts, path)
  if (mount === undefined) return path.replace(/^\//, '')
  const below = mount.point === '/' ? path : path.slice(mount.point.length)
  return `${mount.root}/${below}`.replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '')
}
