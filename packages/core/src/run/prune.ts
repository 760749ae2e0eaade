import type { CallOptions } from '../call-options.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { RunRecord } from '../catalog/catalog.ts'
import type { RetentionPolicy, Verdict } from '../retention/policy.ts'
import type { Rig } from '../rig.ts'
import type { TargetRef } from '../target/reference.ts'
import { archivesOf } from './parts.ts'

/** How far back the catalog is asked for the last run of each target. */
const RUNS_LOOKED_AT = 200

/** What is pruned, and how. */
export interface PruneRequest {
  readonly store: Store
  readonly policy: RetentionPolicy
  /** Only points of these targets; all when absent. */
  readonly targets?: readonly TargetRef[]
  /** Judge only. */
  readonly dryRun: boolean
}

/** What pruning did. */
export interface PruneReport {
  /** Of every point looked at. */
  readonly verdicts: readonly Verdict[]
  readonly removed: readonly RestorePoint[]
}

/**
 * Lists the points of a store, judges them, and removes what the policy drops. Nothing is removed of a target whose last
 * run failed. Takes the lock of the store's targets, so no run adds or needs points meanwhile.
 */
export async function prune(rig: Rig, request: PruneRequest, options: CallOptions): Promise<PruneReport> {
  const { store, policy } = request
  const archives = archivesOf(rig, store)
  const points: RestorePoint[] = []
  for await (const point of archives.list(store, options))
    if (request.targets?.includes(point.target) !== false) points.push(point)
  const failed = failedTargets(await rig.catalog.runs(RUNS_LOOKED_AT))
  const verdicts = policy(points, rig.now()).map((verdict) => spare(verdict, failed))
  const removed = verdicts.filter((verdict) => !verdict.keep).map((verdict) => verdict.point)
  if (request.dryRun || removed.length === 0) return { verdicts, removed: [] }
  const keys = [...new Set(removed.map((point) => point.target))]
  await using _lock = await rig.locks.acquire(`prune-${String(rig.now().getTime())}-${store.crane}`, keys)
  await archives.remove(removed, store, options)
  await rig.catalog.removePoints(removed)
  return { verdicts, removed }
}

/** The targets whose newest finished run did not give a copy. */
function failedTargets(runs: readonly RunRecord[]): ReadonlySet<TargetRef> {
  const latest = new Map<TargetRef, boolean>()
  for (const { kind, report } of runs) {
    if (kind !== 'run' || report === undefined) continue
    for (const { target } of report.skipped) if (!latest.has(target)) latest.set(target, false)
    for (const { target, outcome } of report.groups.flatMap((group) => group.targets))
      if (!latest.has(target)) latest.set(target, outcome !== 'failed')
  }
  return new Set([...latest].filter(([, good]) => !good).map(([target]) => target))
}

function spare(verdict: Verdict, failed: ReadonlySet<TargetRef>): Verdict {
  if (verdict.keep || !failed.has(verdict.point.target)) return verdict
  return { ...verdict, keep: true, reasons: ['the last run of its target failed'] }
}
