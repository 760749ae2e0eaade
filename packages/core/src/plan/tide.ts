import type { Store } from '../crane/store.ts'
import type { KeepRules } from '../retention/policy.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Grouping } from './plan.ts'

/** What one run covers and how; a schedule is added by the daemon. All defaults are filled in. */
export type Tide = Covered & (Lifted | Kept)

interface Lifted {
  /** What the targets are lifted into. */
  readonly store: Store
  readonly snapshots?: undefined
}

interface Kept {
  /** What the targets are lifted into besides, of the same cut where the crane can read that. */
  readonly store?: Store
  /** What keeps their snapshots as restore points. A target that cannot be cut for it is left out. */
  readonly snapshots: Store
}

interface Covered {
  /** With a name, targets whose labels name the tide belong to it. */
  readonly name?: string
  /** Targets named one by one; each must be in the survey. */
  readonly targets: readonly TargetRef[]
  /** Targets that belong to it and that the survey does not hold: what it says of them skips them. */
  readonly meant?: readonly TargetRef[]
  readonly grouping: Grouping
  /** Stores of single targets that differ from `store`. */
  readonly storeOf?: { readonly [target: TargetRef]: Store }
  readonly maxHoldMs: number
  readonly maxConcurrent: number
  readonly keep?: KeepRules
  /** Of what is lifted. Default: `auto`. */
  readonly hold?: HoldChoice
}

/** Every store that a tide may lift into. */
export function storesOf({ store, storeOf = {} }: Pick<Tide, 'store' | 'storeOf'>): readonly Store[] {
  const stores = [...(store === undefined ? [] : [store]), ...Object.values(storeOf)]
  return [...new Map(stores.map((one) => [one.ref, one])).values()]
}

/**
 * How the hold of a tide is kept short. `snapshot`: only snapshots, what cannot be cut is skipped; `warm`: a first copy
 * before the hold; `copy`: the copy inside the hold; `auto`: snapshot, else warm where the crane deduplicates, else copy.
 */
export type HoldChoice = 'auto' | 'snapshot' | 'warm' | 'copy'
