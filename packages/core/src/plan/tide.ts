import type { Store } from '../crane/store.ts'
import type { KeepRules } from '../retention/policy.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Grouping } from './plan.ts'

/** What one run covers and how; a schedule is added by the daemon. All defaults are filled in. */
export interface Tide {
  /** With a name, targets whose labels name the tide belong to it. */
  readonly name?: string
  /** Targets named one by one; each must be in the survey. */
  readonly targets: readonly TargetRef[]
  readonly grouping: Grouping
  readonly store: Store
  /** Stores of single targets that differ from `store`. */
  readonly storeOf?: { readonly [target: TargetRef]: Store }
  readonly maxHoldMs: number
  readonly maxConcurrent: number
  readonly keep?: KeepRules
}
