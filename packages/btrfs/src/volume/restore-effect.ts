import { renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Effect } from '@salvage-kit/core'
import { noCommandOn } from '../command/commands-on.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'
import { kindAt } from './place.ts'
import { placesOf, readRestoreToken } from './restore-token.ts'
import type { RestorePlaces, RestoreToken } from './restore-token.ts'
import { unmarkSafety } from './safety.ts'

/** How the journal calls it. */
export const RESTORE_EFFECT = 'btrfs.restore'

/**
 * Takes a restore back that was not exchanged: the volume is as before, and nothing is left of it. One that was exchanged
 * stays, and is only cleared up: the volume may be written to since. Which of both it is, what stands on the disk says.
 */
export function restoreEffect(): Effect {
  return {
    id: RESTORE_EFFECT,
    undo: async (json, options) => {
      options.signal.throwIfAborted()
      const token = readRestoreToken(json)
      const places = placesOf(token)
      await noCommandOn([places.fresh, places.old, ...(places.safety === undefined ? [] : [places.safety])], options)
      if ((await kindAt(places.fresh)) !== 'absent') {
        await moveBack(places)
        await forgetSafety(token, places, options)
        await remove(places.fresh, options)
      } else if ((await kindAt(places.volume)) === 'absent') await moveBack(places)
      else if (await isOfPresent(places, options)) await forgetSafety(token, places, options)
      else await remove(places.old, options)
    },
  }
}

/** Nothing is done when the volume was not moved away yet. */
async function moveBack({ volume, old }: RestorePlaces): Promise<void> {
  if ((await kindAt(old)) === 'absent') return
  if ((await kindAt(volume)) !== 'absent')
    throw new SalvageError('VOLUME.EXCHANGE', `${volume} was made by somebody else in the middle of a restore`, {
      why: `what it held before stands at ${old}`,
      hint: 'move one of both away, then run `salvage-kit recover`',
    })
  await withKernelFailures(`moving ${volume} back`, async () => renameSync(old, volume))
}

/**
 * Whether what was saved was cut from what stands under the volume's name now. Then nothing was exchanged: both cuts are made
 * at once, and the one that was to take its place did not come about.
 */
async function isOfPresent({ volume, safety }: RestorePlaces, options: CallOptions): Promise<boolean> {
  if (safety === undefined || (await kindAt(safety)) !== 'subvolume') return false
  const [present, saved] = await Promise.all([subvolumeAt(volume, options), subvolumeAt(safety, options)])
  return saved?.parentUuid !== undefined && saved.parentUuid === present?.uuid
}

async function subvolumeAt(path: string, options: CallOptions): Promise<Subvolume | undefined> {
  return (await listSubvolumes(dirname(path), options)).find(({ name }) => name === basename(path))
}

async function forgetSafety(token: RestoreToken, { safety }: RestorePlaces, options: CallOptions): Promise<void> {
  await remove(safety, options)
  if (token.safety !== null) await unmarkSafety(token, [token.safety])
}

async function remove(path: string | undefined, options: CallOptions): Promise<void> {
  if (path !== undefined && (await kindAt(path)) === 'subvolume') await deleteSubvolumes([path], options)
}
