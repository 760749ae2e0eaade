import type { Finding } from '../finding.ts'
import type { Group } from '../plan/plan.ts'
import type { TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Stay } from './stay.ts'

/** The snapshots of a group that are to stay, by target. */
export function keptRefs({ whileQuiesced }: Group): ReadonlyMap<TargetRef, SnapshotRef> {
  const cuts = whileQuiesced.filter((step) => step.kind === 'snapshot' && step.ref.keep !== undefined)
  return new Map(cuts.flatMap((step) => (step.kind === 'snapshot' ? [[step.ref.target, step.ref]] : [])))
}

/**
 * What became of the targets of a group: what was lifted of them and what was kept, in one report for each. Tells of the
 * targets whose snapshot was to stay how they failed, if they did, whole or in part.
 */
export function withKept(
  rig: Rig,
  group: Group,
  lifted: readonly TargetReport[],
  stayOf: (ref: SnapshotRef) => Stay,
): readonly TargetReport[] {
  const kept = keptRefs(group)
  const reports = lifted.map((report) => {
    const ref = kept.get(report.target)
    return ref === undefined ? report : told(rig, both(report, stayOf(ref), missed(group, ref)))
  })
  const others = [...kept.values()].filter(({ target }) => !lifted.some((report) => report.target === target))
  return [...reports, ...others.map((ref) => told(rig, { report: alone(ref.target, stayOf(ref)) }))]
}

interface Told {
  readonly report: TargetReport
  /** One of two copies failed. */
  readonly half?: readonly Finding[]
}

function told(rig: Rig, { report, half = [] }: Told): TargetReport {
  const { target, outcome, findings } = report
  const [finding] = findings
  if (outcome === 'failed' && finding !== undefined) rig.report({ type: 'target.failed', target, finding })
  else for (const one of half) rig.report({ type: 'warning', finding: one })
  return report
}

function alone(target: TargetRef, stay: Stay): TargetReport {
  if (stay.kind === 'lost') return { target, outcome: 'failed', findings: [stay.failure] }
  const { point, findings } = stay.archive
  const isGood = point.state === 'good' && findings.length === 0
  return { target, outcome: isGood ? 'good' : 'partial', point, kept: point, findings }
}

/** Half of what was wanted is partial: the copy that stands is good, and of the other store nothing may be pruned. */
function both(lift: TargetReport, stay: Stay, stores: Missed): Told {
  const own = alone(lift.target, stay)
  const findings = [...lift.findings, ...own.findings.filter((one) => !lift.findings.includes(one))]
  if (lift.outcome === 'failed' && own.outcome === 'failed') return { report: { ...lift, findings } }
  if (lift.outcome === 'failed')
    return {
      report: { ...own, ...lift, ...pointsOf(own), outcome: 'partial', findings, missing: stores.lift },
      half: lift.findings,
    }
  if (own.outcome === 'failed')
    return { report: { ...lift, outcome: 'partial', findings, missing: stores.keep }, half: own.findings }
  const outcome = lift.outcome === 'good' ? own.outcome : lift.outcome
  return { report: { ...lift, outcome, findings, ...(own.kept === undefined ? {} : { kept: own.kept }) } }
}

function pointsOf({ point, kept }: TargetReport): Pick<TargetReport, 'point' | 'kept'> {
  return { ...(point === undefined ? {} : { point }), ...(kept === undefined ? {} : { kept }) }
}

interface Missed {
  readonly lift: readonly TargetRef[]
  readonly keep: readonly TargetRef[]
}

function missed({ whileQuiesced, afterResume }: Group, { target, keep }: SnapshotRef): Missed {
  const lifts = [...whileQuiesced, ...afterResume].filter((step) => step.kind === 'lift')
  return {
    lift: lifts.flatMap((step) => (step.ref.target === target ? step.ref.store.ref : [])),
    keep: keep === undefined ? [] : [keep.store.ref],
  }
}
