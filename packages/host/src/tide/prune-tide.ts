import { findingOf, isSalvageError, prune } from '@salvage-kit/core'
import type {
  CallOptions,
  KeepRules,
  Plan,
  RestorePoint,
  RetentionPolicy,
  Rig,
  RunReport,
  Store,
  TargetRef,
} from '@salvage-kit/core'
import { storePolicy } from './store-policy.ts'

/**
 * Removes what the rules of a tide, or of a store, no longer keep of the targets that its run has copied well, in the stores that it
 * copied them to; points of other machines stay. What cannot be pruned is told as a warning, the gravest of it that the
 * points are still there. Does nothing after an abort.
 */
export async function pruneTide(
  rig: Rig,
  { plan, report, keep }: { readonly plan: Plan; readonly report: RunReport; readonly keep?: KeepRules | undefined },
  { signal }: CallOptions,
): Promise<void> {
  const good = new Set(
    report.groups.flatMap((group) => group.targets.flatMap((one) => (one.outcome === 'good' ? one.target : []))),
  )
  for (const { store, targets, machines } of storesOfPlan(plan)) {
    const rules = await storePolicy(store, keep)
    const pruned = targets.filter((target) => good.has(target))
    if (rules === undefined || signal.aborted || report.aborted || pruned.length === 0) continue
    const policy = ownPoints(machines, rules)
    try {
      const { problems } = await prune(rig, { store, policy, targets: pruned, dryRun: false }, { signal })
      for (const finding of problems) rig.report({ type: 'warning', finding })
    } catch (error) {
      if (signal.aborted) return
      if (!isSalvageError(error)) throw error
      const finding = findingOf(error)
      rig.report({ type: 'warning', finding: { ...finding, message: `nothing was pruned: ${finding.message}` } })
    }
  }
}

/** Two machines may copy targets of the same name into one store, by rules of their own. */
function ownPoints(machines: ReadonlyMap<TargetRef, string>, policy: RetentionPolicy): RetentionPolicy {
  const isOwn = ({ target, machine }: RestorePoint): boolean =>
    machine === undefined || machine === machines.get(target)
  return (points, now) => {
    const verdicts = policy(points.filter(isOwn), now)[Symbol.iterator]()
    return points.map((point) => {
      const verdict = isOwn(point) ? verdicts.next().value : undefined
      return verdict ?? { point, keep: true, reasons: ['of another machine'] }
    })
  }
}

interface StoreOfPlan {
  readonly store: Store
  readonly targets: readonly TargetRef[]
  /** Of which machine each target counts. */
  readonly machines: ReadonlyMap<TargetRef, string>
}

function storesOfPlan(plan: Plan): readonly StoreOfPlan[] {
  const stores = new Map<string, { store: Store; targets: TargetRef[]; machines: Map<TargetRef, string> }>()
  for (const step of plan.groups.flatMap((group) => [...group.whileQuiesced, ...group.afterResume])) {
    const kept = step.kind === 'lift' ? step.ref : step.ref.keep
    if (kept === undefined) continue
    const { store, machine } = kept
    const { target } = step.ref
    const known = stores.get(JSON.stringify(store)) ?? { store, targets: [], machines: new Map<TargetRef, string>() }
    known.targets.push(target)
    known.machines.set(target, machine)
    stores.set(JSON.stringify(store), known)
  }
  return [...stores.values()]
}
