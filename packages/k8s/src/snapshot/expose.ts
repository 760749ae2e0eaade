import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, ClaimSource, SnapshotRef } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { claimOf } from './claim-of.ts'
import { claimManifest } from './manifest.ts'
import { cutPlace, markedMember } from './group/member.ts'
import { exposureName, snapshotName } from './name.ts'
import { isOf, ownLabels } from './own.ts'
import { larger } from './quantity.ts'
import { removeOwn } from './removal.ts'
import { cutToken } from './schema.ts'
import type { SnapshotStatus } from './schema.ts'
import type { CsiSettings } from './settings.ts'
import { endProtection } from './source-protection.ts'
import { awaitStatus, statusOf } from './status.ts'

const READY_MS = 6 * 3_600_000
const ERROR_MS = 30_000

function isReady({ readyToUse, creationTime }: SnapshotStatus): boolean {
  return readyToUse === true && creationTime !== undefined
}

/** Waits until the snapshot of a ref is whole. Rejects with `CSI.NOT_READY` and `CSI.NOT_TAKEN`. */
export async function awaitReady(
  cluster: Cluster,
  ref: SnapshotRef,
  { readyMs = READY_MS, errorMs = ERROR_MS }: CsiSettings,
  { signal }: CallOptions,
): Promise<Resource> {
  const at = await cutPlace(cluster, ref, { signal })
  return awaitStatus(cluster, at, isOf(ref), isReady, {
    signal,
    withinMs: readyMs,
    errorMs,
    failed: 'CSI.NOT_READY',
    late: 'CSI.NOT_READY',
  })
}

/**
 * Makes a temporary claim with the content of the snapshot, as large as both the snapshot and the claim that was cut. It is
 * not waited for: with some classes it gets its volume only when a pod mounts it.
 */
export async function exposeCut(
  cluster: Cluster,
  ref: SnapshotRef,
  settings: CsiSettings,
  options: CallOptions,
): Promise<ClaimSource> {
  const snapshot = await awaitReady(cluster, ref, settings, options)
  const { claim } = cutToken.parse(ref.token)
  const { namespace } = claimOf(ref.source)
  const at = { namespace, name: exposureName(ref) }
  const { name } = snapshot.metadata
  const size = larger(statusOf(snapshot).restoreSize, claim.size)
  if (size === undefined) throw sizeUnknown(`${namespace}/${name}`)
  const manifest = claimManifest({ ...at, labels: ownLabels(ref, 'exposure') }, claim, { size, snapshot: name })
  for (;;)
    try {
      const { metadata } = await cluster.create(KINDS.claim, manifest, options)
      return exposed(at, metadata.uid)
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
      const found = await cluster.get(KINDS.claim, at, options)
      if (found === undefined) continue
      if (!isOf(ref)(found.metadata)) throw error
      if (found.metadata.deletionTimestamp === undefined) return exposed(at, found.metadata.uid)
      await concealCut(cluster, ref, settings, options)
    }
}

function exposed(at: { readonly namespace: string; readonly name: string }, uid: string | undefined): ClaimSource {
  return { medium: 'pvc', ...at, ...(uid === undefined ? {} : { uid }) }
}

/** Neither the snapshot nor the claim says how large a new one must be. */
export function sizeUnknown(subject: string): SalvageError {
  return new SalvageError('CSI.SIZE', `it is not known how large a claim for the content of ${subject} must be`, {
    why: 'neither the snapshot nor the claim that was cut says it',
    hint: 'make the claim by hand, from the snapshot',
  })
}

/** Removes the temporary claim and waits until it is gone. Rejects with `CSI.STUCK` while a pod uses it. */
export async function concealCut(
  cluster: Cluster,
  ref: SnapshotRef,
  { goneMs }: CsiSettings,
  { signal }: CallOptions,
): Promise<void> {
  const at = { namespace: claimOf(ref.source).namespace, name: exposureName(ref) }
  await removeOwn(cluster, KINDS.claim, at, isOf(ref), { signal, goneMs })
  const { namespace } = at
  const snapshot =
    ref.together === undefined ? { namespace, name: snapshotName(ref) } : await markedMember(cluster, ref, { signal })
  if (snapshot !== undefined) await endProtection(cluster, snapshot, isOf(ref), { signal })
}
