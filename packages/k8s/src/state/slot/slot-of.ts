import type { Backend, Slot, SlotOptions, TargetRef } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { flockSlot } from './flock-slot.ts'
import type { FlockSettings } from './flock-slot.ts'
import { leaseSlot } from './lease-slots.ts'
import type { LeaseSlotSettings } from './lease-slots.ts'

/** How many runs and restores of claims may be at work at once, and where they are counted: on the node, or in the cluster. */
export type SlotSettings = FlockSettings | LeaseSlotSettings

/** Counts work on claims; all other work has nothing to wait for. */
export function slotsOf(cluster: Cluster, settings: SlotSettings): NonNullable<Backend['slot']> {
  return async (targets: readonly TargetRef[], options: SlotOptions): Promise<Slot | undefined> => {
    options.signal.throwIfAborted()
    if (!targets.some((target) => target.startsWith('k8s:'))) return undefined
    return 'directory' in settings ? flockSlot(settings, options) : leaseSlot(cluster, settings, options)
  }
}
