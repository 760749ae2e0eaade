import type { Backend } from '@salvage-kit/core'
import { btrfsVolumeProvisioner } from './discovery/volume-provisioner.ts'
import type { BtrfsSettings } from './settings/settings.ts'
import { alsoLocked } from './volume/also-locked.ts'
import { volumeEffects } from './volume/effects.ts'

/** As much of the backend as the verbs of volumes need, to take back what dead processes did to one; quick to load. */
export function volumesBackend(settings: BtrfsSettings): Backend {
  return { id: 'btrfs', effects: volumeEffects(), alsoLocked, provisioners: [btrfsVolumeProvisioner(settings)] }
}
