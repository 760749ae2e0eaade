import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { forgetMount, recordedMounts } from './mount-record.ts'
import { seenMounts } from './seen-mounts.ts'

/**
 * For so long a mount counts before it can be seen: a container that is just being made, and into whose new volume the engine
 * first copies what the image has there, without a mount.
 */
const YOUNG_MS = 10 * 60_000

/** Where volumes and their mounts are. */
export type MountPlaces = Pick<BtrfsSettings, 'volumesPath' | 'mountsPath'>

/**
 * Who uses a volume, one word or two for each: `mount ID`, `process 4711`. Empty when nobody does.
 *
 * A mount counts that an engine asked for and did not give back; one that is older than ten minutes only while some mount
 * namespace of the machine shows the volume: an engine that was killed gives nothing back. What a namespace shows counts
 * also when nothing is written down: a container from the time of another plugin.
 *
 * A restore looks after its way back is in the journal, and a mount is written down before the journal is looked at: so
 * one of the two sees the other.
 */
export async function mountsOf(
  { volumesPath, mountsPath }: MountPlaces,
  volume: string,
  { signal }: CallOptions,
): Promise<readonly string[]> {
  signal.throwIfAborted()
  const path = join(volumesPath, volume)
  const recorded = await recordedMounts(mountsPath, volume)
  const { processes, isWhole } = (await isSubvolume(path)) ? await seenMounts(path) : { processes: [], isWhole: true }
  const isShown = processes.length > 0 || !isWhole
  const counted = recorded.filter(({ since }) => isShown || Math.abs(Date.now() - since) <= YOUNG_MS)
  const stale = recorded.filter((mount) => !counted.includes(mount))
  for (const { id } of stale) await forgetMount(mountsPath, volume, id)
  if (counted.length > 0) return counted.map(({ id }) => `mount ${id}`)
  return processes.map((pid) => `process ${String(pid)}`)
}

/** `VOLUME.IN_USE`: somebody has it mounted. `users` is what {@link mountsOf} says, and not empty. */
export function inUse(volume: string, users: readonly string[]): SalvageError {
  return new SalvageError('VOLUME.IN_USE', `volume ${JSON.stringify(volume)} is in use`, {
    why: `it is mounted: ${users.slice(0, 3).join(', ')}${users.length > 3 ? ` and ${String(users.length - 3)} more` : ''}`,
    hint: 'stop the containers that use it first (docker ps --filter volume=NAME)',
    untouched: true,
  })
}
