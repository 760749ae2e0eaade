import { existsSync } from 'node:fs'
import type { Finding } from '@salvage-kit/core'
import type { OpenRig } from '../rig/open-rig.ts'

/** A directory that volumes or snapshots are in. */
export interface CheckedPlace {
  readonly what: string
  readonly path: string
  readonly isThere: boolean
  /** `PLUGIN.PLACE`: it is on another file system. */
  readonly finding?: Finding
}

/** Looks whether volumes and snapshots are on BTRFS; nothing to see where nothing here is BTRFS's. */
export async function checkVolumes({ btrfs: settings }: Pick<OpenRig, 'btrfs'>): Promise<readonly CheckedPlace[]> {
  if (settings === undefined) return []
  const { isBtrfs } = await import('@salvage-kit/btrfs')
  const places = [
    { what: 'volumes on BTRFS', path: settings.volumesPath },
    { what: 'snapshots on BTRFS', path: settings.snapshotsPath },
  ]
  return Promise.all(
    places.map(async ({ what, path }): Promise<CheckedPlace> => {
      if (!existsSync(path)) return { what, path, isThere: false }
      if (await isBtrfs(path)) return { what, path, isThere: true }
      const finding = {
        code: 'PLUGIN.PLACE',
        message: `${path} is not on BTRFS`,
        hint: 'mount a BTRFS file system there, or name another directory under btrfs: in the configuration',
      }
      return { what, path, isThere: true, finding }
    }),
  )
}
