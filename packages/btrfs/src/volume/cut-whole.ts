import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { deleteSubvolumes, snapshotSubvolume } from '../subvolume/subvolume.ts'
import { volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { requireVolume } from './refusal.ts'
import { isHalf } from './settled.ts'

/** A cut that nobody may see is removed, whoever has lost patience meanwhile. */
const CLEAR_MS = 30_000

/**
 * Cuts a volume as the subvolume `to`, but not in the middle of a restore in place: then nothing stays, and it rejects with
 * `VOLUME.CHANGED`. Rejects besides with `VOLUME.NOT_FOUND`, `VOLUME.PLAIN` and `BTRFS.*`.
 */
export async function cutWhole(
  host: VolumeHost,
  volume: string,
  to: string,
  { signal, writable = false }: CallOptions & { readonly writable?: boolean },
): Promise<void> {
  const path = volumePath(host.settings, volume)
  try {
    await snapshotSubvolume(path, to, { signal, writable })
  } catch (error) {
    signal.throwIfAborted()
    // It may be no volume, or none any more: that says more than the words of the command.
    await requireVolume(host.settings, volume)
    throw error
  }
  // Asked of the cut itself: it is of one moment, and before it an exchange might have begun after any look.
  if (!(await isHalf(host, volume, to))) return
  using limit = deadline(CLEAR_MS)
  await deleteSubvolumes([to], { signal: limit.signal })
  throw new SalvageError('VOLUME.CHANGED', `the content of volume ${JSON.stringify(volume)} is just being exchanged`, {
    why: 'it is restored in place',
    hint: 'try again when that is done',
    retryable: true,
    untouched: true,
  })
}
