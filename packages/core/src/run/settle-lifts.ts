import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { StuckEntry, TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { TargetRef } from '../target/reference.ts'
import type { LiftRecord } from './lift.ts'
import type { Calls } from './calls.ts'
import { release } from './release.ts'
import { remember } from './remember.ts'

/** What became of the lifts of a group. */
export interface SettledLifts {
  readonly targets: readonly TargetReport[]
  readonly stuck: readonly StuckEntry[]
}

/** What {@link settleLifts} takes. */
export interface SettleOptions {
  /** Why none of them counts. */
  readonly taint: Finding | undefined
  readonly calls: Calls
  /** Targets whose snapshot may stay all the same: what failed is told when that is known. */
  readonly kept: { readonly has: (target: TargetRef) => boolean }
}

/**
 * Decides what each lift is worth: a whole one without a taint becomes a restore point, everything else is withdrawn.
 * Workloads are up by now, so this may take its time.
 */
export async function settleLifts(
  rig: Rig,
  records: readonly LiftRecord[],
  { taint, calls, kept }: SettleOptions,
): Promise<SettledLifts> {
  const targets: TargetReport[] = []
  const withdrawn: JournalEntry[] = []
  for (const record of records) {
    const failure = record.failure ?? taint ?? (await settled(rig, record))
    if (failure === undefined) targets.push(await keep(rig, record))
    else {
      if (record.entry !== undefined) withdrawn.push(record.entry)
      targets.push(failed(rig, record, failure, kept))
    }
  }
  return { targets, stuck: await release(rig, withdrawn, { calls }) }
}

const hung: Finding = {
  code: 'LIFT.HUNG',
  message: 'the lift was aborted and did not end in time',
  hint: 'look at the log of the crane',
}

/** From here on the archive stands whatever happens to this process. What the journal still holds would be withdrawn. */
async function settled(rig: Rig, { archive, entry }: LiftRecord): Promise<Finding | undefined> {
  if (archive === undefined || entry === undefined) return hung
  try {
    await rig.journal.settle([entry.id])
    return undefined
  } catch (error) {
    return findingOf(error)
  }
}

async function keep(rig: Rig, record: LiftRecord): Promise<TargetReport> {
  const { archive, step } = record
  if (archive === undefined) throw new Error('only a finished lift is kept')
  const { point, findings } = archive
  await remember(rig, () => rig.catalog.addPoint(point))
  for (const finding of findings) rig.report({ type: 'warning', finding })
  const liftMs = record.liftMs ?? 0
  rig.report({ type: 'lift.finished', target: step.ref.target, point, liftMs })
  const outcome = point.state === 'good' && findings.length === 0 ? 'good' : 'partial'
  return { target: step.ref.target, outcome, point, liftMs, findings }
}

function failed(rig: Rig, record: LiftRecord, finding: Finding, kept: SettleOptions['kept']): TargetReport {
  const { target } = record.step.ref
  if (!kept.has(target)) rig.report({ type: 'target.failed', target, finding })
  const liftMs = record.liftMs === undefined ? {} : { liftMs: record.liftMs }
  return { target, outcome: 'failed', ...liftMs, findings: [finding] }
}
