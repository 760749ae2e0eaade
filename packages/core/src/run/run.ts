import type { Finding } from '../finding.ts'
import { PLAN_VERSION } from '../plan/plan.ts'
import type { Group, Plan } from '../plan/plan.ts'
import { SalvageError } from '../error.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { GroupReport, RunReport, StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { outcomeOf } from './outcome.ts'
import { runSignal } from './failure.ts'
import { runGroup } from './group.ts'
import { preflight } from './preflight.ts'
import { recoverFirst } from './recover.ts'

/** What a run takes. */
export interface RunOptions {
  /** Ends the run early: the workloads rise, the report says `aborted`. */
  readonly signal?: AbortSignal
  /** Make a store that is not there yet. */
  readonly init?: boolean
}

/**
 * Runs a plan: takes the locks, recovers what dead runs left, checks everything, then does group after group. Resolves
 * with the report also when copies failed. Rejects before anything is touched with `PLAN.VERSION`, `PLAN.USED`, `RECOVER.STUCK`,
 * `LOCK.BUSY` or `PREFLIGHT.FAILED`.
 */
export async function run(rig: Rig, plan: Plan, options: RunOptions = {}): Promise<RunReport> {
  const signal = runSignal(options.signal)
  if (plan.version !== PLAN_VERSION)
    throw new SalvageError(
      'PLAN.VERSION',
      `the plan has version ${String(plan.version)}, not ${String(PLAN_VERSION)}`,
      {
        hint: 'make a new plan with this version of salvage-kit',
      },
    )
  await using _lock = await rig.locks.acquire(plan.runId, keysOf(plan))
  // Under the lock: what it took over from a dead run is put back by nobody else meanwhile.
  await recoverFirst(rig, { signal })
  const startedAt = rig.now().toISOString()
  const targets = plan.groups.flatMap((group) => group.targets).length
  rig.report({ type: 'run.started', runId: plan.runId, groups: plan.groups.length, targets })
  for (const { target, finding } of plan.skipped) rig.report({ type: 'target.skipped', target, finding })
  for (const finding of plan.warnings) rig.report({ type: 'warning', finding })
  await preflight(rig, plan, { signal, init: options.init ?? false })
  rig.report({ type: 'preflight.passed', runId: plan.runId })
  const tide = plan.tide === undefined ? {} : { tide: plan.tide }
  await rig.catalog.startRun({ runId: plan.runId, kind: 'run', ...tide, startedAt })
  const { groups, stuck } = await runGroups(rig, plan, signal)
  const report: RunReport = {
    version: REPORT_VERSION,
    runId: plan.runId,
    kind: 'run',
    ...tide,
    startedAt,
    endedAt: rig.now().toISOString(),
    outcome: outcomeOf(groups, plan.skipped.length),
    aborted: signal.aborted,
    groups,
    skipped: plan.skipped,
    stuck,
    warnings: plan.warnings,
  }
  await rig.catalog.finishRun(report)
  rig.report({ type: 'run.finished', report })
  return report
}

async function runGroups(
  rig: Rig,
  plan: Plan,
  signal: AbortSignal,
): Promise<{ readonly groups: readonly GroupReport[]; readonly stuck: readonly StuckEntry[] }> {
  const groups: GroupReport[] = []
  const stuck: StuckEntry[] = []
  for (const group of plan.groups) {
    const reason = whyNot(signal, stuck)
    if (reason !== undefined) {
      groups.push(notRun(rig, group, reason))
      continue
    }
    rig.report({ type: 'group.started', group: group.id, targets: group.targets })
    const result = await runGroup(rig, plan, group, signal)
    groups.push(result.report)
    stuck.push(...result.stuck)
  }
  return { groups, stuck }
}

/** Nothing more is taken down after an abort, or while something could not be put back. */
function whyNot(signal: AbortSignal, stuck: readonly StuckEntry[]): Finding | undefined {
  if (signal.aborted) return { code: 'RUN.ABORTED', message: 'not begun: the run was aborted' }
  const [first] = stuck
  if (first === undefined) return undefined
  return {
    code: 'RUN.STOPPED',
    message: 'not begun: the run stopped because something could not be put back',
    why: `${first.what}: ${first.failure.message}`,
    hint: 'remove the cause, run `salvage-kit recover`, then run again',
  }
}

function notRun(rig: Rig, group: Group, finding: Finding): GroupReport {
  for (const target of group.targets) rig.report({ type: 'target.failed', target, finding })
  return { id: group.id, targets: group.targets.map((target) => ({ target, outcome: 'failed', findings: [finding] })) }
}

function keysOf(plan: Plan): readonly string[] {
  const keys = plan.groups.flatMap((group) => [
    ...group.targets,
    ...[...group.quiesce.flat(), ...group.idle].map((step) => step.workload),
  ])
  return [...new Set(keys)]
}
