import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { isBtrfs } from '../subvolume/is-subvolume.ts'
import { badPlace } from './error.ts'

/** Makes the directories of volumes and of snapshots where they are not there. Rejects with `PLUGIN.PLACE`. */
export async function preparePlaces({ volumesPath, snapshotsPath }: BtrfsSettings): Promise<void> {
  for (const path of [volumesPath, snapshotsPath]) {
    // Before anything is made: on another file system it would hide what is to be mounted there.
    if (!(await isBtrfs(nearest(path)))) throw badPlace(path, 'it is not on a BTRFS file system')
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 })
      accessSync(path, constants.W_OK)
    } catch (error) {
      throw badPlace(path, errorText(error), error)
    }
  }
}

/** The path, or the directory above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path))
}
