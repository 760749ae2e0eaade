import { parseReference, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'

/** A claim by its name. */
export interface ClaimPlace {
  readonly namespace: string
  readonly name: string
}

const PLACE = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/

/** The claim that a reference means. Throws `REFERENCE.INVALID`. */
export function placeOf(ref: TargetRef): ClaimPlace {
  const [, namespace, name] = PLACE.exec(parseReference(ref).value) ?? []
  if (namespace !== undefined && name !== undefined) return { namespace, name }
  throw new SalvageError('REFERENCE.INVALID', `${JSON.stringify(ref)} is not a claim`, {
    hint: 'write it like k8s:NAMESPACE/CLAIM, in lower case',
  })
}
