import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, SnapshotRef } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { labelValue } from '../../label/label-value.ts'
import { KINDS } from '../../resource/kind.ts'
import { claimOf } from '../claim-of.ts'
import { CUT } from '../key.ts'
import { cutToken } from '../schema.ts'

const ATTEMPTS = 5

/** Writes on a claim with which group it is cut: groups choose claims by labels alone. Rejects with `CSI.CLAIM_CHANGED`. */
export async function markClaim(
  cluster: Cluster,
  ref: SnapshotRef,
  together: string,
  options: CallOptions,
): Promise<void> {
  const { namespace, name } = claimOf(ref.source)
  const { uid } = cutToken.parse(ref.token).claim
  const body = { metadata: { uid, labels: { [CUT.group]: labelValue(together) } } }
  let why = 'it is gone'
  try {
    if ((await cluster.patch(KINDS.claim, { namespace, name }, { type: 'merge', body }, options)) !== undefined) return
  } catch (error) {
    // A uid never changes: one that does not fit is refused.
    if (!isSalvageError(error) || (error.code !== 'K8S.CONFLICT' && error.code !== 'K8S.INVALID')) throw error
    why = 'it was made anew since then'
  }
  throw new SalvageError('CSI.CLAIM_CHANGED', `the claim ${namespace}/${name} is not the one that was to be cut`, {
    why,
  })
}

/** Takes it off again, unless another group has written its own meanwhile. Idempotent. */
export async function unmarkClaim(
  cluster: Cluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  value: string,
  options: CallOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1)
    try {
      const found = await cluster.get(KINDS.claim, { namespace, name }, options)
      if (found?.metadata.labels?.[CUT.group] !== value) return
      const { resourceVersion = '' } = found.metadata
      const body = { metadata: { resourceVersion, labels: { [CUT.group]: null } } }
      await cluster.patch(KINDS.claim, { namespace, name }, { type: 'merge', body }, options)
      return
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'K8S.CONFLICT' || attempt === ATTEMPTS) throw error
    }
}
