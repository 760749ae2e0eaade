import type { RestorePoint } from '../crane/restore-point.ts'
import { holdWayOf } from '../plan/hold-way.ts'
import type { Group, Plan } from '../plan/plan.ts'
import type { GroupReport, RunReport } from './report.ts'

/** How many holds of the past count. */
const SAMPLES = 5

/**
 * The same plan, its groups with the hold that the past lets expect: the median of the last five good ones of a group with
 * the same targets and workloads, in the same way, into the same stores. A group without such a past gets none. Pure; the
 * order of the reports does not matter.
 */
export function predictHolds(plan: Plan, past: readonly RunReport[]): Plan {
  const holds = new Map<string, number[]>()
  const newestFirst = past.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
  for (const report of newestFirst) {
    if (report.kind !== 'run') continue
    for (const group of report.groups) {
      const key = keyOfReport(group)
      if (key === undefined || group.holdMs === undefined) continue
      const known = holds.get(key)
      if (known === undefined) holds.set(key, [group.holdMs])
      else if (known.length < SAMPLES) known.push(group.holdMs)
    }
  }
  return { ...plan, groups: plan.groups.map((group) => withPrediction(group, holds)) }
}

function withPrediction(group: Group, holds: ReadonlyMap<string, readonly number[]>): Group {
  const { predictedHoldMs: _former, ...rest } = group
  const samples = holds.get(keyOf(group) ?? '')
  return samples === undefined ? rest : { ...rest, predictedHoldMs: median(samples) }
}

/** What two holds must have in common to be compared. Undefined for a group that brings nobody to rest. */
function keyOf(group: Group): string | undefined {
  const way = holdWayOf(group)
  if (way === undefined) return undefined
  const lifts = [...group.whileQuiesced, ...group.afterResume].filter((step) => step.kind === 'lift')
  const stores = new Map(lifts.map(({ ref }) => [ref.target, ref.store.ref]))
  const copies = group.targets.map((target) => `${target} ${way === 'snapshot' ? '' : (stores.get(target) ?? '')}`)
  const workloads = new Set(group.quiesce.flat().map((step) => step.workload))
  return JSON.stringify([way, copies.toSorted(), [...workloads].toSorted()])
}

/** The same of a hold of the past; undefined when it was no good one. */
function keyOfReport({ way, workloads, targets, tainted }: GroupReport): string | undefined {
  if (way === undefined || workloads === undefined || tainted !== undefined) return undefined
  if (targets.some(({ outcome, point }) => outcome === 'failed' || point === undefined)) return undefined
  const copies = targets.map(({ target, point }) => `${target} ${way === 'snapshot' ? '' : liftedInto(point)}`)
  return JSON.stringify([way, copies.toSorted(), workloads.toSorted()])
}

function liftedInto(point: RestorePoint | undefined): string {
  return point?.kind === 'archive' ? point.store : ''
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : Math.round((upper + (sorted[middle - 1] ?? upper)) / 2)
}
