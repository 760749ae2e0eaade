import { readdir } from 'node:fs/promises'
import type { CallOptions } from '@salvage-kit/core'
import { errorCode } from '../../command/error-code.ts'
import { recordedMounts } from '../../mount/mount-record.ts'
import { parseSnapshotName } from '../../name/snapshot-name.ts'
import type { BtrfsSettings } from '../../settings/settings.ts'
import type { Volume } from './volume.ts'

/** A volume in the words of Docker's protocol. https://docs.docker.com/engine/extend/plugins_volume/ */
export interface DockerVolume {
  readonly Name: string
  readonly Mountpoint: string
  /** RFC 3339; left out when the file system does not know. */
  readonly CreatedAt?: string
  readonly Status?: Readonly<Record<string, string | number>>
}

/** What every list shows. */
export function dockerVolume({ name, path, createdAt }: Volume): DockerVolume {
  const isKnown = createdAt.getTime() > 0
  return { Name: name, Mountpoint: path, ...(isKnown ? { CreatedAt: createdAt.toISOString() } : {}) }
}

/** With what `docker volume inspect` shows as status: how many snapshots there are, and how many mounts are written down. */
export async function describedVolume(
  volume: Volume,
  { snapshotsPath, mountsPath }: BtrfsSettings,
  { signal }: CallOptions,
): Promise<DockerVolume> {
  signal.throwIfAborted()
  const mounts = await recordedMounts(mountsPath, volume.name)
  const snapshots = (await namesIn(snapshotsPath)).filter(
    (name) => name.startsWith(`${volume.name}@`) && parseSnapshotName(name)?.host === undefined,
  )
  return { ...dockerVolume(volume), Status: { Snapshots: snapshots.length, Mounts: mounts.length } }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
