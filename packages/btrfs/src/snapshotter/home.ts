import { access, constants, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isBelow, mountAbove, readMounts } from '../subvolume/mounts.ts'
import type { Mount } from '../subvolume/mounts.ts'

/** The directory of what this package cuts for itself; hidden, and for its owner alone. */
const OWN = '.salvage-kit'

/** Where cuts of a subvolume can stand, or why nowhere. */
export type Home = { readonly path: string } | { readonly why: string }

/**
 * Where this package puts its own cuts of what stands at a real path: in the directory of snapshots when both are one file
 * system, else at the top of the mount in which the path stands. Changes nothing.
 */
export async function homeOf(path: string, snapshotsPath: string): Promise<Home> {
  const mounts = await readMounts()
  const around = mountAbove(mounts, path)
  if (around === undefined) return { why: 'it stands in no mount that can be seen' }
  const top = (await snapshotsIn(snapshotsPath, around, mounts)) ?? around.point
  if (isBelow(top, path)) return { why: `its snapshots would stand in itself, in ${top}` }
  const isWritable = await access(top, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? { path: join(top, OWN) } : { why: `snapshots would stand in ${top}, which cannot be written` }
}

/** The home in the directory of snapshots. */
export function ownHome(snapshotsPath: string): string {
  return join(snapshotsPath, OWN)
}

/** Every place where cuts of this package may stand that this process can see. */
export async function homesHere(snapshotsPath: string): Promise<readonly string[]> {
  const mounts = await readMounts()
  const tops = new Set(mounts.filter(({ type }) => type === 'btrfs').map(({ point }) => point))
  return [...new Set([snapshotsPath, ...tops])].map((top) => join(top, OWN))
}

/**
 * Whether volumes and snapshots stand on one BTRFS, and some volumes are seen: then what is not seen of them is gone, and not
 * merely not mounted. An empty directory may be where a subvolume of the same file system is mounted otherwise.
 */
export async function areTogether(place: {
  readonly volumesPath: string
  readonly snapshotsPath: string
}): Promise<boolean> {
  const mounts = await readMounts()
  const around = async (path: string): Promise<Mount | undefined> =>
    realpath(path).then(
      (real) => mountAbove(mounts, real),
      () => undefined,
    )
  const [volumes, snapshots] = await Promise.all([around(place.volumesPath), around(place.snapshotsPath)])
  if (volumes?.type !== 'btrfs' || volumes.device !== snapshots?.device) return false
  return (await readdir(place.volumesPath)).length > 0
}

async function snapshotsIn(path: string, around: Mount, mounts: readonly Mount[]): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    if (!(await stat(real)).isDirectory()) return undefined
    return mountAbove(mounts, real)?.device === around.device ? real : undefined
  } catch {
    return undefined
  }
}
