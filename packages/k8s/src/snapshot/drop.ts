import { deadline, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, SnapshotRef } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { claimOf } from './claim-of.ts'
import { concealCut } from './expose.ts'
import { snapshotName } from './name.ts'
import { isOf } from './own.ts'
import { removeOwn } from './removal.ts'
import type { RemovalOptions } from './removal.ts'
import type { CsiSettings } from './settings.ts'
import { endProtection } from './source-protection.ts'
import { statusOf } from './status.ts'
import { until } from './until.ts'

const SETTLE_MS = 15_000
const SOON_MS = 5000

/** Removes the temporary claim, then the snapshot, and waits until both are gone. Rejects with `CSI.STUCK`. */
export async function dropCut(
  cluster: Cluster,
  ref: SnapshotRef,
  settings: CsiSettings,
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  await concealCut(cluster, ref, settings, { signal })
  const at = { namespace: claimOf(ref.source).namespace, name: snapshotName(ref) }
  await removeSnapshot(cluster, at, isOf(ref), { signal, goneMs: settings.goneMs })
}

/** Removes a snapshot whose exposures are gone, and waits until it is gone too. */
export async function removeSnapshot(
  cluster: Cluster,
  at: ObjectName & { readonly namespace: string },
  isOwn: (metadata: Metadata) => boolean,
  options: RemovalOptions,
): Promise<void> {
  await settled(cluster, at, isOwn, options)
  try {
    await removeOwn(cluster, KINDS.volumeSnapshot, at, isOwn, { ...options, goneMs: SOON_MS })
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'CSI.STUCK') throw error
    await endProtection(cluster, at, isOwn, options)
    await removeOwn(cluster, KINDS.volumeSnapshot, at, isOwn, options)
  }
}

/**
 * Waits a moment for the end of a cut that has begun. When a snapshot is removed while its driver still makes it, its content
 * stays on the storage until the driver's snapshotter looks at everything anew, which it does every 15 minutes.
 */
async function settled(
  cluster: Cluster,
  at: ObjectName,
  isOwn: (metadata: Metadata) => boolean,
  { signal }: CallOptions,
): Promise<void> {
  using limit = deadline(SETTLE_MS, signal)
  try {
    await until(async () => {
      const found = await cluster.get(KINDS.volumeSnapshot, at, limit)
      if (found === undefined || !isOwn(found.metadata) || found.metadata.deletionTimestamp !== undefined) return true
      const { creationTime, error } = statusOf(found)
      return creationTime !== undefined || error !== undefined ? true : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
  }
}
