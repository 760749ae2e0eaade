import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { ClaimSource, RestNote, SnapshotRef, TakeOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { claimOf } from './claim-of.ts'
import { isOf } from './own.ts'
import { snapshotManifest } from './manifest.ts'
import { cutToken } from './schema.ts'
import type { ClaimShape } from './schema.ts'
import type { CsiSettings } from './settings.ts'
import { awaitStatus } from './status.ts'

/** See `takeCut`. */
export const CREATE_MS: number = 15_000
/** See `takeCut`. */
export const CUT_MS: number = 60_000
/** See `takeCut`. */
export const ERROR_MS: number = 5000

/**
 * Makes the snapshot and resolves when the driver has told the time of the cut; ready it is later. Rejects with
 * `CSI.CUT_FAILED` (the driver's words) and `CSI.CUT_LATE`, `CSI.CLAIM_CHANGED`, `CSI.NAME_TAKEN`, `K8S.…`; what it made
 * then `drop` removes.
 */
export async function takeCut(
  cluster: Cluster,
  ref: SnapshotRef,
  { cutMs = CUT_MS, errorMs = ERROR_MS }: CsiSettings,
  { signal, notes }: TakeOptions,
): Promise<void> {
  signal.throwIfAborted()
  const { claim } = cutToken.parse(ref.token)
  const source = claimOf(ref.source)
  // Both have ended when this goes on: nothing is made after `drop` has looked for it.
  const [made, same] = await Promise.allSettled([
    create(cluster, ref, notes),
    mustBeSame(cluster, source, claim, signal),
  ])
  signal.throwIfAborted()
  if (made.status === 'rejected') throw made.reason
  if (same.status === 'rejected') throw same.reason
  const name = made.value
  const at = { namespace: source.namespace, name }
  await awaitStatus(cluster, at, isOf(ref), ({ creationTime }) => creationTime !== undefined, {
    signal,
    errorMs,
    withinMs: cutMs,
    failed: 'CSI.CUT_FAILED',
    late: 'CSI.CUT_LATE',
  })
}

/** Has a clock of its own: a creation that is cut off may still be carried out, after somebody has looked for it. */
async function create(cluster: Cluster, ref: SnapshotRef, notes?: readonly RestNote[]): Promise<string> {
  using own = deadline(CREATE_MS)
  const manifest = snapshotManifest(ref, notes)
  const { name } = manifest.metadata
  try {
    await cluster.create(KINDS.volumeSnapshot, manifest, own)
    return name
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
    const { namespace } = claimOf(ref.source)
    const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, own)
    if (found !== undefined && isOf(ref)(found.metadata)) return name
    throw new SalvageError('CSI.NAME_TAKEN', `the name of the snapshot ${namespace}/${name} is taken`, {
      hint: 'have {{ .rand }} in the template for names',
    })
  }
}

async function mustBeSame(
  cluster: Cluster,
  { namespace, name }: ClaimSource,
  { uid }: ClaimShape,
  signal: AbortSignal,
): Promise<void> {
  const found = await cluster.get(KINDS.claim, { namespace, name }, { signal })
  if (found?.metadata.uid === uid) return
  throw new SalvageError('CSI.CLAIM_CHANGED', `the claim ${namespace}/${name} is not the one that was to be cut`, {
    why: found === undefined ? 'it is gone' : 'it was made anew since then',
  })
}
