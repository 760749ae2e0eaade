import { randomBytes } from 'node:crypto'
import type { CallOptions } from '../call-options.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { Finding } from '../finding.ts'
import { newRunId } from '../plan/run-id.ts'
import type { RetentionPolicy, Verdict } from '../retention/policy.ts'
import type { Rig } from '../rig.ts'
import type { TargetRef } from '../target/reference.ts'
import { pointsOf } from './parts.ts'
import { pointKey } from './point-key.ts'
import { recoverFirst } from './recover.ts'
import { remember } from './remember.ts'

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
  /** What stands in the store and cannot be read. It is left where it is, and nothing else goes for its sake. */
  readonly problems: readonly Finding[]
}

interface Judgement {
  readonly verdicts: readonly Verdict[]
  readonly problems: readonly Finding[]
}

/**
 * Lists the points of a store, judges them, and removes what the policy drops. Whatever the policy says, nothing is
 * removed of a target whose last run did not give a copy, nor the newest good point of a target. Judges and removes while
 * it holds the locks of what goes, so nobody makes, withdraws or restores such points meanwhile.
 *
 * Rejects with `STORE.WRITE_ONLY`, `LOCK.BUSY`, and with `RECOVER.STUCK`: while the copy of a dead run may still be
 * withdrawn, no older one goes for its sake.
 */
export async function prune(rig: Rig, request: PruneRequest, options: CallOptions): Promise<PruneReport> {
  const { verdicts, problems } = await judge(rig, request, options)
  const doomed = dropped(verdicts)
  if (request.dryRun || doomed.length === 0) return { verdicts, removed: [], problems }
  const runId = newRunId(rig.now(), randomBytes(8).toString('hex'))
  const keys = [...new Set(doomed.flatMap((point) => [point.target, pointKey(point)]))]
  await using _lock = await rig.locks.acquire(runId, keys)
  await recoverFirst(rig, { ...options, held: { runId, keys } })
  const locked = new Set(keys)
  const again = await judge(rig, request, options)
  const judged = again.verdicts.map((verdict) =>
    locked.has(pointKey(verdict.point)) ? verdict : spared(verdict, 'it came while others were judged'),
  )
  const removed = dropped(judged)
  const report: PruneReport = { verdicts: judged, removed, problems: again.problems }
  if (removed.length === 0) return report
  await pointsOf(rig, request.store).points.remove(removed, request.store, options)
  await remember(rig, () => rig.catalog.removePoints(removed))
  return report
}

async function judge(rig: Rig, request: PruneRequest, options: CallOptions): Promise<Judgement> {
  const { store, policy, targets } = request
  const points: RestorePoint[] = []
  const problems: Finding[] = []
  const onProblem = (finding: Finding): void => void problems.push(finding)
  for await (const point of pointsOf(rig, store).points.list(store, { ...options, onProblem }))
    if (targets?.includes(point.target) !== false) points.push(point)
  const failed = await rig.catalog.spared()
  const last = newestGood(points)
  const verdicts = policy(points, rig.now()).map((verdict) => {
    if (failed.has(verdict.point.target)) return spared(verdict, 'the last run of its target failed')
    return last.has(pointKey(verdict.point)) ? spared(verdict, 'the last good one') : verdict
  })
  return { verdicts, problems }
}

/** Of each target on each machine. */
function newestGood(points: readonly RestorePoint[]): ReadonlySet<string> {
  const newest = new Map<string, RestorePoint>()
  for (const point of points) {
    const key = JSON.stringify([point.target, point.machine])
    const known = newest.get(key)
    if (point.state === 'good' && (known === undefined || point.takenAt > known.takenAt)) newest.set(key, point)
  }
  return new Set([...newest.values()].map(pointKey))
}

function spared(verdict: Verdict, reason: string): Verdict {
  return verdict.keep ? verdict : { ...verdict, keep: true, reasons: [reason] }
}

function dropped(verdicts: readonly Verdict[]): RestorePoint[] {
  return verdicts.filter((verdict) => !verdict.keep).map((verdict) => verdict.point)
}
