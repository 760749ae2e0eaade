import { deadline } from '../deadline.ts'
import type { Finding } from '../finding.ts'
import type { Group, LiftStep, Plan, SnapshotStep } from '../plan/plan.ts'
import type { GroupReport, StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { aborted } from './aborted.ts'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import { failureOf } from './failure.ts'
import { createHold } from './hold.ts'
import type { Hold } from './hold.ts'
import { lift } from './lift.ts'
import type { LiftRecord } from './lift.ts'
import { mapLimit } from './limit.ts'
import { settleLifts } from './settle-lifts.ts'
import type { SettledLifts } from './settle-lifts.ts'
import { createSnapshots, LIFT_ORDER } from './snapshots.ts'
import type { Snapshots } from './snapshots.ts'

/** How long an aborted lift may take to stop once the workloads are up, in milliseconds. */
const TEARDOWN_MS = 150_000

/** What became of a group. */
export interface GroupResult {
  readonly report: GroupReport
  readonly stuck: readonly StuckEntry[]
}

/**
 * Quiesce, cut or copy, resume, then copy what was cut. Rejects only for a bug. Resume waits for nothing but the copies that must
 * be made at rest; when the hold must end, not even for those.
 */
export async function runGroup(rig: Rig, plan: Plan, group: Group, signal: AbortSignal): Promise<GroupResult> {
  const hold = createHold(rig, group, { runId: plan.runId, maxHoldMs: plan.maxHoldMs, signal })
  const snapshots = createSnapshots(rig, plan.runId)
  const calls = createCalls()
  const settled: SettledLifts[] = []
  let tainted: string | undefined
  {
    await using lasting = snapshots
    const live = recordsOf(group.whileQuiesced)
    const held = await withinHold(rig, { plan, group, hold, snapshots: lasting, live, calls })
    tainted = held.tainted
    settled.push(await settleLifts(rig, live, { taint: held.verdict, calls }))
    const cut = recordsOf(group.afterResume)
    if (held.verdict === undefined) {
      const work = mapLimit(cut, plan.maxConcurrent, (record) =>
        lasting.liftFrom(record, record.step, { signal, calls }),
      )
      await Promise.race([work, aborted(signal)])
      await settledWithin(work, TEARDOWN_MS)
    }
    settled.push(await settleLifts(rig, cut, { taint: held.verdict, calls }))
  }
  return {
    report: {
      id: group.id,
      targets: settled.flatMap((one) => one.targets),
      ...(hold.holdMs === undefined ? {} : { holdMs: hold.holdMs }),
      ...(tainted === undefined ? {} : { tainted }),
      ...(hold.findings.length === 0 ? {} : { findings: hold.findings }),
    },
    stuck: [...hold.stuck, ...snapshots.stuck, ...settled.flatMap((one) => one.stuck)],
  }
}

interface HeldWork {
  readonly plan: Plan
  readonly group: Group
  readonly hold: Hold
  readonly snapshots: Snapshots
  readonly live: readonly LiftRecord[]
  readonly calls: Calls
}

interface HeldResult {
  readonly tainted: string | undefined
  /** Why no copy of this group counts. */
  readonly verdict: Finding | undefined
}

/** Everything between the first workload's rest and the last one's rise. Never rejects. */
async function withinHold(rig: Rig, given: HeldWork): Promise<HeldResult> {
  const { plan, group, hold, snapshots, live, calls } = given
  let work: Promise<unknown> = Promise.resolve()
  let failure: Finding | undefined
  let tainted: string | undefined
  try {
    await using held = hold
    await held.acquire()
    await snapshots.take(
      group.whileQuiesced.filter((step) => step.kind === 'snapshot'),
      held.signal,
    )
    work = liftLive(rig, live, { limit: plan.maxConcurrent, hold: held, calls })
    await Promise.race([work, aborted(held.signal)])
    tainted = await held.verdict()
  } catch (error) {
    failure = failureOf(error, hold.signal)
  }
  if (tainted !== undefined) rig.report({ type: 'group.tainted', group: group.id, why: tainted })
  // Workloads are up. What was aborted gets its time to stop before it is taken apart.
  await settledWithin(work, TEARDOWN_MS)
  return { tainted, verdict: failure ?? (tainted === undefined ? undefined : taintFinding(tainted)) }
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

async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  using limit = deadline(ms)
  await Promise.race([work.catch(() => undefined), aborted(limit.signal)])
}

function taintFinding(why: string): Finding {
  return {
    code: 'HOLD.TAINTED',
    message: 'the copy does not count: its workloads did not stay at rest while it was made',
    why,
    hint: 'leave the workloads alone during the hold, and run again',
  }
}
