import type { CallOptions } from '@salvage-kit/core'
import { forgetMounts } from '../mount/mount-record.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'
import type { VolumeHost } from './place.ts'
import { volumePath } from './place.ts'
import { holdsOthers, isNested, requireUnused, requireVolume } from './refusal.ts'
import { performVerb } from './verb.ts'

/**
 * Removes a volume; its snapshots stay. Rejects, and changes nothing, with `VOLUME.NAME`, `VOLUME.NOT_FOUND`,
 * `VOLUME.PLAIN`, `VOLUME.IN_USE`, `VOLUME.NESTED`, `BTRFS.*` and as core's `perform`.
 */
export async function removeVolume(host: VolumeHost, volume: string, { signal }: CallOptions): Promise<void> {
  const { settings } = host
  volumePath(settings, volume)
  const work = async (options: CallOptions): Promise<void> => {
    const path = await requireVolume(settings, volume)
    await requireUnused(settings, volume, options)
    try {
      await deleteSubvolumes([path], options)
    } catch (error) {
      throw isNested(error) ? holdsOthers(volume, { cause: error }) : error
    }
    await forgetMounts(settings.mountsPath, volume)
  }
  await performVerb(host, { verb: 'remove', volume, locked: [volume], work }, { signal })
}
