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
import { notBegun } from './not-begun.ts'
import { preflight } from './preflight.ts'
import { recoverFirst } from './recover.ts'
import { finish } from './remember.ts'
import { unbreakable } from './unbreakable.ts'

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
 * `LOCK.BUSY`, `PREFLIGHT.FAILED`, or what the catalog rejects with when it cannot be written.
 */
export async function run(given: Rig, plan: Plan, options: RunOptions = {}): Promise<RunReport> {
  const told = unbreakable(given)
  const { rig } = told
  using aborting = runSignal(options.signal)
  const { signal } = aborting
  if (plan.version !== PLAN_VERSION)
    throw new SalvageError(
      'PLAN.VERSION',
      `the plan has version ${String(plan.version)}, not ${String(PLAN_VERSION)}`,
      {
        hint: 'make a new plan with this version of salvage-kit',
      },
    )
  const keys = keysOf(plan)
  await using _lock = await rig.locks.acquire(plan.runId, keys)
  // Under the lock: what it took over from a dead run is put back by nobody else meanwhile.
  await recoverFirst(rig, { signal, held: { runId: plan.runId, keys } })
  const startedAt = rig.now().toISOString()
  const targets = plan.groups.flatMap((group) => group.targets)
  rig.report({
    type: 'run.started',
    runId: plan.runId,
    kind: 'run',
    groups: plan.groups.length,
    targets: targets.length,
  })
  for (const { target, finding } of plan.skipped) rig.report({ type: 'target.skipped', target, finding })
  for (const finding of plan.warnings) rig.report({ type: 'warning', finding })
  // From here on, also when a check fails or the process dies: nothing of these is pruned until one of their runs is good.
  await rig.catalog.spare([...targets, ...plan.skipped.map((one) => one.target)])
  await preflight(rig, plan, { signal, init: options.init ?? false })
  rig.report({ type: 'preflight.passed', runId: plan.runId })
  const tide = plan.tide === undefined ? {} : { tide: plan.tide }
  await rig.catalog.startRun({ runId: plan.runId, kind: 'run', ...tide, startedAt })
  const { groups, stuck } = await runGroups(rig, plan, signal)
  const endedAt = rig.now().toISOString()
  const outcome = outcomeOf(groups, plan.skipped.length)
  const report = await finish(rig, () => ({
    version: REPORT_VERSION,
    runId: plan.runId,
    kind: 'run',
    ...tide,
    startedAt,
    endedAt,
    outcome,
    // An abort that came too late to change anything is none.
    aborted: signal.aborted && groups.some((group) => group.targets.some((target) => target.outcome === 'failed')),
    groups,
    skipped: plan.skipped,
    stuck,
    warnings: told.warningsBeside(groups),
  }))
  told.rethrow()
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
  return first === undefined ? undefined : notBegun(first)
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
