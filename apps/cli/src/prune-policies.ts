import type { KeepRules, RetentionPolicy, Store } from '@salvage-kit/core'
import { storePolicy } from '@salvage-kit/host'

/** A store, and what is kept there. */
export interface JudgedStore {
  readonly store: Store
  readonly policy: RetentionPolicy
}

/**
 * What is kept where: said of every store before anything is removed from one. Rejects with what `noRules` gives when
 * nothing says it of one of them.
 */
export async function prunePolicies(
  stores: readonly Store[],
  rules: KeepRules | undefined,
  noRules: () => Error,
): Promise<readonly JudgedStore[]> {
  const judged: JudgedStore[] = []
  for (const store of stores) {
    const policy = await storePolicy(store, rules)
    if (policy === undefined) throw noRules()
    judged.push({ store, policy })
  }
  return judged
}
