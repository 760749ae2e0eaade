import { findingOf, isSalvageError, keepPolicy, prune } from '@salvage-kit/core'
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

/**
 * Removes what the rules of a tide no longer keep of the targets that its run has copied well, in the stores that it
 * copied them to; points of other machines stay. What cannot be pruned is told as a warning, the gravest of it that the
 * points are still there. Does nothing after an abort.
 */
export async function pruneTide(
  rig: Rig,
  { plan, report, keep }: { readonly plan: Plan; readonly report: RunReport; readonly keep: KeepRules },
  { signal }: CallOptions,
): Promise<void> {
  const good = new Set(
    report.groups.flatMap((group) => group.targets.flatMap((one) => (one.outcome === 'good' ? one.target : []))),
  )
  const policy = ownPoints(plan.machine, keepPolicy(keep))
  for (const { store, targets } of storesOfPlan(plan)) {
    const pruned = targets.filter((target) => good.has(target))
    if (signal.aborted || report.aborted || pruned.length === 0) continue
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
function ownPoints(machine: string, policy: RetentionPolicy): RetentionPolicy {
  const isOwn = (point: RestorePoint): boolean => point.machine === undefined || point.machine === machine
  return (points, now) => {
    const verdicts = policy(points.filter(isOwn), now)[Symbol.iterator]()
    return points.map((point) => {
      const verdict = isOwn(point) ? verdicts.next().value : undefined
      return verdict ?? { point, keep: true, reasons: ['of another machine'] }
    })
  }
}

function storesOfPlan(plan: Plan): readonly { readonly store: Store; readonly targets: readonly TargetRef[] }[] {
  const stores = new Map<string, { store: Store; targets: TargetRef[] }>()
  for (const step of plan.groups.flatMap((group) => [...group.whileQuiesced, ...group.afterResume])) {
    const store = step.kind === 'lift' ? step.ref.store : step.ref.keep?.store
    if (store === undefined) continue
    const { target } = step.ref
    const known = stores.get(JSON.stringify(store)) ?? { store, targets: [] }
    known.targets.push(target)
    stores.set(JSON.stringify(store), known)
  }
  return [...stores.values()]
}
