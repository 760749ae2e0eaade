import type { Store } from '../crane/store.ts'
import type { Finding } from '../finding.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Capabilities } from './capabilities.ts'
import type { HoldChoice } from './tide.ts'

/** Whether a live source is lifted before the hold as well, if there is one. */
export interface PossibleWarmth {
  readonly kind: 'possible'
  readonly first: boolean
  /** Concerns only who has a hold. */
  readonly warning?: Finding
}

/** See {@link PossibleWarmth}; or why what the tide chose would leave something behind for ever. */
export type Warmth = PossibleWarmth | { readonly kind: 'refused'; readonly finding: Finding }

/** A warm lift needs a store from which it can be removed, and is worth its time in one that deduplicates. */
export function warmthOf(
  target: TargetRef,
  store: Store,
  hold: Exclude<HoldChoice, 'snapshot'>,
  { stores }: Capabilities,
): Warmth {
  const abilities = Object.hasOwn(stores, store.ref) ? stores[store.ref] : undefined
  const pays = abilities?.deduplicates === true && abilities.archives
  if (hold !== 'warm' || pays) return { kind: 'possible', first: hold !== 'copy' && pays }
  if (abilities === undefined) return { kind: 'possible', first: false, warning: notWarm(target, store) }
  if (!abilities.archives) return { kind: 'refused', finding: stays(target, store) }
  return { kind: 'possible', first: true, warning: inVain(target, store) }
}

function notWarm(target: TargetRef, store: Store): Finding {
  return {
    code: 'PLAN.NOT_WARM',
    message: `${target} is copied inside the hold alone`,
    why: `nobody can tell yet what ${store.ref} does with a warm copy`,
    hint: 'the next run asks again; a run brings what is missing for the answer, such as the image of a crane',
  }
}

function stays(target: TargetRef, store: Store): Finding {
  return {
    code: 'PLAN.WARM_STAYS',
    message: `${target} cannot be copied warm into ${store.ref}`,
    why: 'its archives can only be written, so the copy that is made while everything runs could not be removed',
    hint: 'use hold: copy, or a store whose archives can be removed',
  }
}

function inVain(target: TargetRef, store: Store): Finding {
  return {
    code: 'PLAN.WARM_IN_VAIN',
    message: `the warm copy of ${target} makes its hold no shorter`,
    why: `${store.ref} does not deduplicate, so the copy inside the hold moves everything again`,
    hint: 'use a store that deduplicates, or hold: auto',
  }
}
