import { PLAN_VERSION } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { SalvageError } from '../error.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { RunReport, TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { outcomeOf } from './outcome.ts'
import { runSignal } from './failure.ts'
import { preflight } from './preflight.ts'
import { recoverFirst } from './recover.ts'
import { finish } from './remember.ts'
import { runGroups } from './run-groups.ts'
import { takeSlots } from './take-slots.ts'
import { targetKeys } from './target-keys.ts'
import { unbreakable } from './unbreakable.ts'

/** What a run takes. */
export interface RunOptions {
  /** Ends the run early: the workloads rise, the report says `aborted`. */
  readonly signal?: AbortSignal
  /** Make a store that is not there yet. */
  readonly init?: boolean
}

/**
 * Runs a plan: takes the locks, recovers what dead runs left, checks everything, then does group after group, and at the
 * end beside each other those that bring nobody to rest. Resolves with the report also when copies failed. Rejects before anything is touched with `PLAN.VERSION`, `PLAN.USED`, `RECOVER.STUCK`,
 * `LOCK.BUSY`, `LOCK.SLOTS_TAKEN`, `PREFLIGHT.FAILED`, or what the catalog rejects with when it cannot be written.
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
  const keys = keysOf(rig, plan)
  await using _slots = await takeSlots(
    rig,
    plan.groups.flatMap((group) => group.targets),
    aborting,
  )
  await using lock = await rig.locks.acquire(plan.runId, keys)
  aborting.endWith(lock)
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
    aborted: aborting.byCaller && groups.some((group) => group.targets.some(isWanting)),
    groups,
    skipped: plan.skipped,
    stuck,
    warnings: told.warningsBeside(groups),
  }))
  told.rethrow()
  return report
}

function isWanting({ outcome, missing = [] }: TargetReport): boolean {
  return outcome === 'failed' || missing.length > 0
}

function keysOf(rig: Rig, plan: Plan): readonly string[] {
  const keys = plan.groups.flatMap((group) => [
    ...targetKeys(rig, group.targets),
    ...[...group.quiesce.flat(), ...group.idle].map((step) => step.workload),
  ])
  return [...new Set(keys)]
}
