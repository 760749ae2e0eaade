import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Group, Plan } from '../plan/plan.ts'
import type { GroupReport, StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { runGroup } from './group.ts'
import { mapWeighted } from './limit.ts'
import { notBegun } from './not-begun.ts'

/** What became of the groups of a plan. */
export interface RanGroups {
  /** In the order of the plan. */
  readonly groups: readonly GroupReport[]
  readonly stuck: readonly StuckEntry[]
}

/**
 * Runs the groups that bring somebody to rest one after the other, so that no hold waits for the copies of another; then
 * the others, beside each other as far as `maxConcurrent` goes for all of their lifts together. Rejects only for a bug.
 */
export async function runGroups(rig: Rig, plan: Plan, signal: AbortSignal): Promise<RanGroups> {
  const reports = new Map<string, GroupReport>()
  const stuck: StuckEntry[] = []
  const one = async (group: Group): Promise<void> => {
    const reason = whyNot(signal, stuck)
    if (reason !== undefined) {
      reports.set(group.id, notRun(rig, group, reason))
      return
    }
    rig.report({ type: 'group.started', group: group.id, targets: group.targets })
    const result = await runGroup(rig, plan, group, signal)
    reports.set(group.id, result.report)
    stuck.push(...result.stuck)
  }
  for (const group of plan.groups) if (!isAtRest(group)) await one(group)
  await mapWeighted(plan.groups.filter(isAtRest), plan.maxConcurrent, (group) => group.targets.length, one)
  return { groups: plan.groups.flatMap(({ id }) => reports.get(id) ?? []), stuck }
}

function isAtRest(group: Group): boolean {
  return group.quiesce.length === 0
}

/** Nothing more is taken down after an abort, or while something could not be put back. */
function whyNot(signal: AbortSignal, stuck: readonly StuckEntry[]): Finding | undefined {
  if (signal.aborted) {
    const why = findingOf(signal.reason)
    return { ...why, message: `not begun: ${why.message}` }
  }
  const [first] = stuck
  return first === undefined ? undefined : notBegun(first)
}

function notRun(rig: Rig, group: Group, finding: Finding): GroupReport {
  for (const target of group.targets) rig.report({ type: 'target.failed', target, finding })
  return { id: group.id, targets: group.targets.map((target) => ({ target, outcome: 'failed', findings: [finding] })) }
}
