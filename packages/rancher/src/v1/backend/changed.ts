import { SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'

/** The error of a dump that does not begin: what is there is not what was surveyed. */
export function changed(ref: TargetRef, why: string): SalvageError {
  return new SalvageError('RANCHER.CHANGED', `${ref} is not as it was found`, {
    why,
    hint: 'run again: it is looked at anew',
    retryable: true,
  })
}
