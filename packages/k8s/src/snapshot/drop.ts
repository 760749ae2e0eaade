import type { CallOptions, SnapshotRef } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { claimOf } from './claim-of.ts'
import { concealCut } from './expose.ts'
import { dropMember, letMemberGo, ownerOf } from './group/let-go.ts'
import { snapshotName } from './name.ts'
import { isOf } from './own.ts'
import { removeAlone } from './remove-alone.ts'
import type { RemovalOptions } from './removal.ts'
import { settled } from './settled.ts'
import type { CsiSettings } from './settings.ts'

/** Removes the temporary claim, then the snapshot, and waits until both are gone. Rejects with `CSI.STUCK`. */
export async function dropCut(
  cluster: Cluster,
  ref: SnapshotRef,
  settings: CsiSettings,
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  await concealCut(cluster, ref, settings, { signal })
  const { namespace } = claimOf(ref.source)
  const options = { signal, goneMs: settings.goneMs }
  const marked =
    ref.together === undefined
      ? { namespace, name: snapshotName(ref) }
      : await dropMember(cluster, ref, ref.together, options)
  if (marked !== undefined) await removeSnapshot(cluster, marked, isOf(ref), options)
}

/**
 * Removes a snapshot whose exposures are gone, and waits until it is gone too. A member of a group is waited for only when it was
 * the last one that was needed: it goes with its group.
 */
export async function removeSnapshot(
  cluster: Cluster,
  at: ObjectName & { readonly namespace: string },
  isOwn: (metadata: Metadata) => boolean,
  options: RemovalOptions,
): Promise<void> {
  const seen = await settled(cluster, KINDS.volumeSnapshot, at, isOwn, options)
  const owner = seen === undefined ? undefined : ownerOf(seen.metadata)
  if (owner !== undefined && (await letMemberGo(cluster, owner, options))) return
  await removeAlone(cluster, at, isOwn, options)
}
