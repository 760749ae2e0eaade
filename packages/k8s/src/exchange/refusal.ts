import { SalvageError } from '@salvage-kit/core'
import type { Resource } from '../resource/resource.ts'
import { claimParts } from '../snapshot/schema.ts'
import { z } from 'zod'
import { controllerOf } from '../workload/pod.ts'

/** These go by themselves when nobody uses the claim. */
const PASSING = new Set([
  'kubernetes.io/pvc-protection',
  'snapshot.storage.kubernetes.io/pvc-as-source-protection',
  'provisioner.storage.kubernetes.io/cloning-protection',
])
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

const byHand = z.object({ spec: z.object({ selector: z.unknown().optional() }) })

/** Why a claim cannot be removed and made anew; undefined when nothing is known against it. */
export function refusalOf(claim: Resource): SalvageError | undefined {
  const { namespace = '', name, annotations = {}, finalizers = [], deletionTimestamp } = claim.metadata
  const refused = (code: string, why: string, hint: string): SalvageError =>
    new SalvageError(code, `the claim ${namespace}/${name} cannot be restored in place`, { why, hint, untouched: true })
  const { spec, status } = claimParts.parse(claim)
  const elsewhere = 'restore into a new claim, and point the workload to that'
  if (deletionTimestamp !== undefined) return refused('EXCHANGE.GONE', 'it is being removed', elsewhere)
  if (status?.phase === 'Lost')
    return refused(
      'EXCHANGE.GONE',
      'it is Lost: its volume is gone, so there is no former content to keep',
      `remove it (kubectl -n ${namespace} delete pvc ${name}), then restore into a new claim of this name`,
    )
  if (status?.phase !== 'Bound')
    return refused(
      'EXCHANGE.GONE',
      `it is ${status?.phase ?? 'new'}: it has no volume yet, so there is nothing to exchange`,
      `remove it (kubectl -n ${namespace} delete pvc ${name}), then restore into a new claim of this name`,
    )
  const owner = controllerOf(claim.metadata)
  if (owner !== undefined && owner.kind !== 'StatefulSet')
    return refused('EXCHANGE.OWNED', `${owner.kind} ${owner.name} owns it, and would make it anew, empty`, elsewhere)
  const pod = claim.metadata.ownerReferences?.find(({ kind }) => kind === 'Pod')
  if (pod !== undefined)
    return refused('EXCHANGE.OWNED', `it belongs to the pod ${pod.name} and goes with it`, elsewhere)
  const holding = finalizers.filter((one) => !PASSING.has(one))
  if (holding.length > 0)
    return refused(
      'EXCHANGE.HELD',
      `it could not be removed: ${holding.join(', ')} holds it`,
      `see who has written that finalizer, or ${elsewhere}`,
    )
  const className = spec.storageClassName ?? annotations[BETA_CLASS] ?? ''
  const { selector } = byHand.parse(claim).spec
  if (className === '' || selector !== undefined)
    return refused(
      'EXCHANGE.STATIC',
      'its volume was made by hand, and no StorageClass would make another',
      `restore into a new claim with a StorageClass, and point the workload to that`,
    )
  return undefined
}
