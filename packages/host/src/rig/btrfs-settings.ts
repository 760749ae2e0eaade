import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { BtrfsSettings } from '@salvage-kit/btrfs'
import type { LoadedConfig } from '../config/load-config.ts'

/** Where BTRFS volumes are, in force. */
export interface ReadBtrfsSettings {
  readonly settings: BtrfsSettings
  /** Where somebody says it, and not the default of buttervolume. */
  readonly sshPort?: number
  /** What is odd about what buttervolume left. */
  readonly findings: readonly Finding[]
}

/**
 * The settings of BTRFS: the section `btrfs` of the configuration over what buttervolume reads, its variables and its
 * `config.ini`. Rejects with `BTRFS.SETTINGS` for a value that cannot be.
 */
export async function btrfsSettings({
  config,
  environment = process.env,
  placeOf,
}: LoadedConfig): Promise<ReadBtrfsSettings> {
  const { readSettings } = await import('@salvage-kit/btrfs/volumes')
  const { settings: lower, findings } = await readSettings({ environment })
  const { volumes, snapshots, schedule, socket, sshPort } = config.btrfs ?? {}
  const settings: BtrfsSettings = {
    ...lower,
    volumesPath: volumes ?? lower.volumesPath,
    snapshotsPath: snapshots ?? lower.snapshotsPath,
    schedulePath: schedule ?? lower.schedulePath,
    socketPath: socket ?? lower.socketPath,
    sshPort: sshPort ?? lower.sshPort,
  }
  if (settings.volumesPath === settings.snapshotsPath)
    throw new SalvageError('BTRFS.SETTINGS', `volumes and snapshots are both in ${settings.volumesPath}`, {
      why: `${placeOf(['btrfs'])} and what buttervolume has together say so; a snapshot would be taken for a volume`,
      hint: 'give btrfs.volumes and btrfs.snapshots two directories',
    })
  const isSaid = sshPort !== undefined || (environment['SSH_PORT'] ?? '').trim() !== ''
  return { settings, findings, ...(isSaid ? { sshPort: settings.sshPort } : {}) }
}
