import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rig, TargetRef } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import { together } from '../command/together.ts'
import { snapshotName } from '../name/snapshot-name.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { isBtrfs, SUBVOLUME_INODE } from '../subvolume/is-subvolume.ts'

/** What the verbs that change something work with: where the volumes are, and the journal and locks for what is done. */
export interface VolumeHost {
  readonly settings: BtrfsSettings
  /** Its backends must have the `volumeEffects` of these settings. */
  readonly rig: Rig
}

/** So much of a volume's name stands in a hidden one, of which the run makes it the only one. */
const HIDDEN_NAME = 100

/** Where a volume is. Throws `VOLUME.NAME`. */
export function volumePath({ volumesPath }: Pick<BtrfsSettings, 'volumesPath'>, volume: string): string {
  return join(volumesPath, volumeName(volume))
}

/** Where a snapshot or a marker is. Throws `SNAPSHOT.NAME`: no name leads anywhere else. */
export function snapshotPath({ snapshotsPath }: Pick<BtrfsSettings, 'snapshotsPath'>, name: string): string {
  snapshotName(name)
  return join(snapshotsPath, name)
}

/** Where a run prepares a volume: beside the others, as subvolumes cannot be moved between directories under all conditions. */
export function hiddenPath({ volumesPath }: Pick<BtrfsSettings, 'volumesPath'>, volume: string, runId: string): string {
  return join(volumesPath, `.${volumeName(volume).slice(0, HIDDEN_NAME)}.salvage-${runId}`)
}

/** How events, locks and the journal call a volume or a snapshot. */
export function targetRef(name: string): TargetRef {
  return `btrfs:${name}`
}

/**
 * How else a run may call a volume: Docker knows it by the same name. Who exchanges a volume locks both; who only makes or
 * removes it must not, for Docker asks for that in the middle of a run that has locked its own name.
 */
export function dockerRef(volume: string): TargetRef {
  return `docker:${volume}`
}

/** What stands at a path: `other` is a plain directory, a file, a link. */
export async function kindAt(path: string): Promise<'absent' | 'subvolume' | 'other'> {
  try {
    const [stats, onBtrfs] = await together([lstat(path), isBtrfs(path)])
    return stats.isDirectory() && stats.ino === SUBVOLUME_INODE && onBtrfs ? 'subvolume' : 'other'
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent'
    throw error
  }
}
