import type { Finding } from '@salvage-kit/core'
import type { Controller } from './controller.ts'
import { nameOf } from './workload-id.ts'

/**
 * Why a controller cannot be told to have no pods: whoever owns it would undo it (`SCALE.OWNED`), or its claims would go with
 * them (`SCALE.DELETES_CLAIMS`). Undefined when nothing is known against it.
 */
export function unscalable(found: Controller): Finding | undefined {
  if (found.deletesClaims)
    return {
      code: 'SCALE.DELETES_CLAIMS',
      message: `${nameOf(found)} cannot be scaled down: its claims would be removed`,
      why: 'its persistentVolumeClaimRetentionPolicy says whenScaled: Delete',
      hint: 'write whenScaled: Retain, or bring it to rest by commands or a dump',
    }
  if (found.owner === undefined) return undefined
  const { kind, name } = found.owner
  return {
    code: 'SCALE.OWNED',
    message: `${nameOf(found)} cannot be scaled down: ${kind} ${name} owns it`,
    why: 'who owns it decides how many pods it has, and would undo it',
    hint: 'bring it to rest by commands or a dump',
  }
}
