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
  /** Default: `auto`. */
  readonly hold?: HoldChoice
}

/** Every store that a tide may write to. */
export function storesOf({ store, storeOf = {} }: Pick<Tide, 'store' | 'storeOf'>): readonly Store[] {
  return [...new Map([store, ...Object.values(storeOf)].map((one) => [one.ref, one])).values()]
}

/**
 * How the hold of a tide is kept short. `snapshot`: only snapshots, what cannot be cut is skipped; `warm`: a first copy
 * before the hold; `copy`: the copy inside the hold; `auto`: snapshot, else warm where the crane deduplicates, else copy.
 */
export type HoldChoice = 'auto' | 'snapshot' | 'warm' | 'copy'
