import { keepPolicy } from '@salvage-kit/core'
import type { KeepRules, RetentionPolicy, Store } from '@salvage-kit/core'

/**
 * What is kept in a store: by the rules that are given, or by those of the store itself, as a duplicity store may have
 * them. With both a point is kept when one of them keeps it. Undefined when nothing says what to keep.
 */
export async function storePolicy(store: Store, keep: KeepRules | undefined): Promise<RetentionPolicy | undefined> {
  const given = keep === undefined ? undefined : keepPolicy(keep)
  const own = await ownPolicy(store)
  if (given === undefined || own === undefined) return given ?? own
  return (points, now) => {
    const others = own(points, now)
    return given(points, now).map((verdict, at) => {
      const other = others[at]
      if (other === undefined || (!verdict.keep && !other.keep))
        return { ...verdict, reasons: [...verdict.reasons, ...(other?.reasons ?? [])] }
      return verdict.keep ? verdict : other
    })
  }
}

async function ownPolicy(store: Store): Promise<RetentionPolicy | undefined> {
  if (store.crane !== 'duplicity') return undefined
  const { chainPolicy, chainRulesOf } = await import('@salvage-kit/local')
  const rules = chainRulesOf(store)
  return rules === undefined ? undefined : chainPolicy(rules)
}
