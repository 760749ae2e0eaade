import type { Backend, Finding } from '@salvage-kit/core'
import { btrfsCrane } from './crane/btrfs-crane.ts'
import { sweepSeries } from './crane/series.ts'
import { sweepRecords } from './discovery/sweep-records.ts'
import { volumeDiscovery } from './discovery/volume-discovery.ts'
import { btrfsVolumeProvisioner } from './discovery/volume-provisioner.ts'
import { rawCrane } from './raw/raw-crane.ts'
import type { BtrfsSettings } from './settings/settings.ts'
import { btrfsSnapshotter } from './snapshotter/snapshotter.ts'
import { sweepCuts } from './snapshotter/sweep.ts'
import { alsoLocked } from './volume/also-locked.ts'
import { volumeEffects } from './volume/effects.ts'

/** What {@link btrfs} takes. */
export interface BtrfsOptions {
  readonly settings: BtrfsSettings
  /** Volumes that are targets whoever else shows them: `btrfs:NAME` was written. */
  readonly volumes?: readonly string[]
  /** Every volume is a target, but for those that another backend shows. */
  readonly all?: boolean
  /** Told what a reader should know and what fails nothing. */
  readonly warn?: (finding: Finding) => void
}

/** BTRFS on this machine: cuts of subvolumes, copies of them elsewhere, and volumes as targets. Touches nothing before the first call. */
export function btrfs({ settings, volumes = [], all = false, warn = () => undefined }: BtrfsOptions): Backend {
  return {
    id: 'btrfs',
    discovery: volumeDiscovery({ volumesPath: settings.volumesPath, named: volumes, all }),
    snapshotters: [btrfsSnapshotter(settings)],
    cranes: [btrfsCrane(settings, warn), rawCrane(settings, warn)],
    effects: volumeEffects(),
    alsoLocked,
    provisioners: [btrfsVolumeProvisioner(settings)],
    sweep: async (options) => {
      await sweepCuts(settings.snapshotsPath, options)
      await sweepRecords(settings, options)
      await sweepSeries(settings, options)
    },
  }
}
