import type { Slot, SlotOptions } from '@salvage-kit/core'
import { flockSlot, leaseSlot } from '@salvage-kit/k8s'
import type { BakSettings, Cluster } from '@salvage-kit/k8s'

/**
 * Takes a place among the backups that may run at once, undefined when they are not counted: a lock file of the node, or a Lease where `BAK_FLOCK_LEASES` names some. Rejects with `LOCK.SLOTS_TAKEN` after the time of
 * the settings, `LOCK.SLOT_FILE`, `LOCK.NO_FLOCK`, `K8S.…`.
 */
export async function takeSlot(
  cluster: Cluster,
  { flock }: Pick<BakSettings, 'flock'>,
  options: SlotOptions,
): Promise<Slot | undefined> {
  options.signal.throwIfAborted()
  const { enabled, count, directory, timeoutMs, leases } = flock
  if (!enabled) return undefined
  return leases === undefined
    ? flockSlot({ directory, count, timeoutMs }, options)
    : leaseSlot(cluster, { ...leases, count, timeoutMs }, options)
}
