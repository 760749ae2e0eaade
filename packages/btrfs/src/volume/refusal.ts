import { isSalvageError, SalvageError } from '@salvage-kit/core'
import { mountsOf, inUse } from '../mount/mounts-of.ts'
import type { CallOptions } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { kindAt, volumePath } from './place.ts'

/** Resolves when the volume is there, as a subvolume. Rejects with `VOLUME.NOT_FOUND`, `VOLUME.PLAIN`, `VOLUME.NAME`. */
export async function requireVolume(settings: Pick<BtrfsSettings, 'volumesPath'>, volume: string): Promise<string> {
  const path = volumePath(settings, volume)
  const kind = await kindAt(path)
  if (kind === 'subvolume') return path
  throw kind === 'other' ? notSubvolume(volume) : noSuchVolume(volume)
}

/** Resolves when nobody uses the volume. Rejects with `VOLUME.IN_USE`. */
export async function requireUnused(settings: BtrfsSettings, volume: string, options: CallOptions): Promise<void> {
  const users = await mountsOf(settings, volume, options)
  if (users.length > 0) throw inUse(volume, users)
}

/** `VOLUME.NOT_FOUND`. */
export function noSuchVolume(volume: string): SalvageError {
  return new SalvageError('VOLUME.NOT_FOUND', `volume ${JSON.stringify(volume)}: no such volume`, {
    hint: 'see what is there with `salvage-kit volume list`',
    untouched: true,
  })
}

/** `VOLUME.PLAIN`: something else has the volume's name. */
export function notSubvolume(volume: string): SalvageError {
  return new SalvageError('VOLUME.PLAIN', `${JSON.stringify(volume)} is no volume`, {
    why: 'a plain directory or a file of this name stands among the volumes; only a subvolume can be cut and restored',
    hint: 'move it away; create the volume, and copy the content into it if it is wanted',
    untouched: true,
  })
}

/** `VOLUME.EXISTS`. */
export function volumeExistsAlready(volume: string): SalvageError {
  return new SalvageError('VOLUME.EXISTS', `volume ${JSON.stringify(volume)} exists already`, {
    hint: 'choose another name, or remove that volume first',
    untouched: true,
  })
}

/** `VOLUME.NESTED`: nothing was changed, or `isBegun` and the rest is taken back. */
export function holdsOthers(
  volume: string,
  { cause, isBegun = false }: { readonly cause?: unknown; readonly isBegun?: boolean } = {},
): SalvageError {
  return new SalvageError('VOLUME.NESTED', `volume ${JSON.stringify(volume)} holds other subvolumes`, {
    cause,
    why: 'snapshots do not hold them, so they would be lost with the volume, and it cannot be removed before they are',
    hint: 'list them with `btrfs subvolume list -o`, and move them away or delete them',
    untouched: !isBegun,
  })
}

/** Whether a command failed because a subvolume stands inside of what it was to delete. */
export function isNested(error: unknown): boolean {
  return isSalvageError(error) && error.code === 'BTRFS.NESTED'
}
