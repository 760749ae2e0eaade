import type { Finding } from '../finding.ts'
import { holdWayOf } from '../plan/hold-way.ts'
import type { Group, LiftStep, Plan, SnapshotStep } from '../plan/plan.ts'
import type { GroupReport, StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import { aborted } from './aborted.ts'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import { failureOf } from './failure.ts'
import { illnesses } from './health.ts'
import { createHold } from './hold.ts'
import type { Hold } from './hold.ts'
import { lift } from './lift.ts'
import type { LiftRecord } from './lift.ts'
import { mapLimit } from './limit.ts'
import { prepareCuts } from './prepare-cuts.ts'
import { settleLifts } from './settle-lifts.ts'
import type { SettledLifts } from './settle-lifts.ts'
import { settledWithin, TEARDOWN_MS } from './settled-within.ts'
import { createSnapshots, LIFT_ORDER } from './snapshots.ts'
import type { Snapshots } from './snapshots.ts'
import { notBegun } from './not-begun.ts'
import { hung } from './stay.ts'
import type { Stay } from './stay.ts'
import { createStreams } from './streams.ts'
import { createWarmLifts } from './warm-lifts.ts'
import type { WarmLifts } from './warm-lifts.ts'
import { keptRefs, withKept } from './with-kept.ts'

/** What became of a group. */
export interface GroupResult {
  readonly report: GroupReport
  readonly stuck: readonly StuckEntry[]
}

/**
 * Lift warm, quiesce, cut or copy, resume, then copy and keep what was cut. Rejects only for a bug. Resume waits for nothing but the
 * copies that must be made at rest; when the hold must end, not even for those. Health is waited for beside what comes
 * after, and before the next group: it may bring the same workloads down.
 */
export async function runGroup(rig: Rig, plan: Plan, group: Group, signal: AbortSignal): Promise<GroupResult> {
  const hold = createHold(rig, group, { runId: plan.runId, maxHoldMs: plan.maxHoldMs, signal })
  const snapshots = createSnapshots(rig, plan.runId)
  const calls = createCalls()
  const warm = createWarmLifts(rig, group, { maxConcurrent: plan.maxConcurrent, signal, calls })
  const streams = createStreams(rig)
  const settled: SettledLifts[] = []
  let health: Promise<readonly Finding[]> = Promise.resolve([])
  const kept = keptRefs(group)
  let tainted: string | undefined
  let verdict: Finding | undefined
  {
    await using lasting = snapshots
    await using _staged = streams
    await warm.make()
    await prepareCuts(rig, group, signal)
    const live = recordsOf(group.whileQuiesced)
    const held = await withinHold(rig, { plan, group, hold, snapshots: lasting, live, calls, stuck: warm.stuck })
    health = illnesses(rig, hold.risen, signal)
    // Workloads are up. What was aborted gets its time to stop before it is taken apart.
    await settledWithin(held.work, TEARDOWN_MS)
    tainted = held.tainted
    settled.push(await settleLifts(rig, live, { taint: held.verdict, calls, kept }))
    await warm.remove()
    const cut = recordsOf(group.afterResume)
    if (held.verdict === undefined) {
      const lifts = mapLimit(cut, plan.maxConcurrent, async (record) =>
        record.step.from.kind === 'snapshot'
          ? lasting.liftFrom(record, record.step, { signal, calls })
          : streams.lift(record, { signal, calls }),
      )
      const work = Promise.all([lasting.keep({ signal }), lifts])
      await Promise.race([work, aborted(signal)])
      await settledWithin(work, TEARDOWN_MS)
    }
    settled.push(await settleLifts(rig, cut, { taint: held.verdict, calls, kept }))
    verdict = held.verdict
  }
  const lifted = settled.flatMap((one) => one.targets)
  const stayOf = (ref: SnapshotRef): Stay => snapshots.stayOf(ref.id) ?? { kind: 'lost', failure: verdict ?? hung(ref) }
  const findings = [...hold.findings, ...(await health)]
  return {
    report: {
      id: group.id,
      targets: withKept(rig, group, lifted, stayOf),
      ...(hold.holdMs === undefined ? {} : { holdMs: hold.holdMs }),
      ...(tainted === undefined ? {} : { tainted }),
      ...(findings.length === 0 ? {} : { findings }),
      ...shapeOf(group, warm),
    },
    stuck: [...warm.stuck, ...hold.stuck, ...snapshots.stuck, ...streams.stuck, ...settled.flatMap((one) => one.stuck)],
  }
}

/** What a later plan needs to know to judge by this hold. */
function shapeOf(group: Group, warm: WarmLifts): Pick<GroupReport, 'way' | 'workloads' | 'predictedHoldMs'> {
  const way = holdWayOf(group)
  if (way === undefined) return {}
  return {
    way: way === 'warm' && !warm.whole ? 'copy' : way,
    workloads: [...new Set(group.quiesce.flat().map((step) => step.workload))],
    ...(group.predictedHoldMs === undefined ? {} : { predictedHoldMs: group.predictedHoldMs }),
  }
}

interface HeldWork {
  readonly plan: Plan
  readonly group: Group
  readonly hold: Hold
  readonly snapshots: Snapshots
  readonly live: readonly LiftRecord[]
  readonly calls: Calls
  /** What could not be taken back by now: then nothing is brought to rest. */
  readonly stuck: readonly StuckEntry[]
}

interface HeldResult {
  readonly tainted: string | undefined
  /** Why no copy of this group counts. */
  readonly verdict: Finding | undefined
  /** The copies that were begun in the hold; they may still be ending. */
  readonly work: Promise<unknown>
}

/** Everything between the first workload's rest and the last one's rise. Never rejects. */
async function withinHold(rig: Rig, given: HeldWork): Promise<HeldResult> {
  const { plan, group, hold, snapshots, live, calls, stuck } = given
  const [first] = stuck
  if (first !== undefined) return { tainted: undefined, verdict: notBegun(first), work: Promise.resolve() }
  let work: Promise<unknown> = Promise.resolve()
  let failure: Finding | undefined
  let tainted: string | undefined
  try {
    await using held = hold
    await held.acquire()
    await snapshots.take(
      group.whileQuiesced.filter((step) => step.kind === 'snapshot'),
      { signal: held.signal, notes: held.notes },
    )
    work = liftLive(rig, live, { limit: plan.maxConcurrent, hold: held, calls })
    await Promise.race([work, aborted(held.signal)])
    tainted = await held.verdict()
  } catch (error) {
    failure = failureOf(error, hold.signal)
  }
  if (tainted !== undefined) rig.report({ type: 'group.tainted', group: group.id, why: tainted })
  return { tainted, verdict: failure ?? (tainted === undefined ? undefined : taintFinding(tainted)), work }
}

function recordsOf(steps: readonly (LiftStep | SnapshotStep)[]): LiftRecord[] {
  return steps.filter((step) => step.kind === 'lift').map((step) => ({ step }))
}

async function liftLive(
  rig: Rig,
  records: readonly LiftRecord[],
  { limit, hold, calls }: { readonly limit: number; readonly hold: Hold; readonly calls: Calls },
): Promise<void> {
  await mapLimit(records, limit, async (record) => {
    const { from } = record.step
    if (from.kind !== 'live') throw new Error('a lift inside a hold reads a live source')
    await lift(rig, record, from.source, { signal: hold.signal, order: LIFT_ORDER, calls })
  })
}

function taintFinding(why: string): Finding {
  return {
    code: 'HOLD.TAINTED',
    message: 'the copy does not count: its workloads did not stay at rest while it was made',
    why,
    hint: 'leave the workloads alone during the hold, and run again',
  }
}
