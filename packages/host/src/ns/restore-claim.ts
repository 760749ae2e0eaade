import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { awaitClaim, claimOfSnapshot, KINDS } from '@salvage-kit/k8s'
import type { ClaimWish, Cluster, Manifest } from '@salvage-kit/k8s'
import { stringify } from 'yaml'

/** What making a claim takes. */
export interface RestoreClaimOptions extends CallOptions {
  /** Wait so long until it has its volume, in milliseconds; absent: not at all. */
  readonly waitMs?: number
}

/** The claim that a snapshot makes. Makes nothing. Rejects as `claimOfSnapshot`. */
export async function claimOf(cluster: Cluster, wish: ClaimWish, options: CallOptions): Promise<Manifest> {
  return claimOfSnapshot(cluster, wish, options)
}

/**
 * Makes a claim of a snapshot, as `claimOfSnapshot` says it; never changes one that is there. Resolves with what came of the waiting.
 * Rejects with `RESTORE.OCCUPIED`, `CLAIM.NOT_BOUND`, `K8S.…`.
 */
export async function restoreClaim(
  cluster: Cluster,
  manifest: Manifest,
  { signal, waitMs }: RestoreClaimOptions,
): Promise<'made' | 'bound' | 'waits for a pod'> {
  signal.throwIfAborted()
  const { namespace = '', name } = manifest.metadata
  if ((await cluster.get(KINDS.claim, { namespace, name }, { signal })) !== undefined)
    throw new SalvageError('RESTORE.OCCUPIED', `there is a claim ${namespace}/${name}`, {
      hint: 'name another one with --pvc',
      untouched: true,
    })
  await cluster.create(KINDS.claim, manifest, { signal })
  return waitMs === undefined ? 'made' : awaitClaim(cluster, { namespace, name }, waitMs, { signal })
}

/** Objects as kubectl prints them. */
export function objectText(object: object, format: 'json' | 'yaml'): string {
  return format === 'json' ? `${JSON.stringify(object, undefined, 2)}\n` : stringify(object)
}
