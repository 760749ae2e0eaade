import type { Finding } from '../finding.ts'
import type { Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Workload } from '../target/workload.ts'
import type { Capabilities } from './capabilities.ts'
import { byText, sortedBy } from './compare.ts'
import { groupTargets } from './grouping.ts'
import { neighboursOf } from './neighbours.ts'
import { PLAN_VERSION } from './plan.ts'
import type { Group, Plan, SkippedTarget } from './plan.ts'
import { restOf } from './rest.ts'
import { RUN_ID } from './run-id.ts'
import { selectTargets } from './select-targets.ts'
import { stepsOf } from './steps.ts'
import type { OpenWay, RefBase } from './steps.ts'
import type { Tide } from './tide.ts'
import { wayOf } from './way.ts'

/** What a plan needs besides facts and wishes. */
export interface PlanOptions {
  /** Letters, digits and `-` only; from `newRunId`. */
  readonly runId: string
  readonly now: Date
  readonly machine: string
}

/**
 * Decides what a run does. Pure; the order in which the survey lists things does not matter. Every selected target
 * stands exactly once in the groups or among the skipped. A target that its crane cannot read connects nothing: its
 * workloads are not brought to rest for it.
 *
 * Throws `TARGET.UNKNOWN`, `TIDE.EMPTY` and `CRANE.UNKNOWN`.
 */
export function makePlan(survey: Survey, capabilities: Capabilities, tide: Tide, options: PlanOptions): Plan {
  checkArguments(tide, options)
  const createdAt = options.now.toISOString()
  const selection = selectTargets(survey, tide)
  const ways = new Map<string, OpenWay>()
  const skipped: SkippedTarget[] = [...selection.skipped]
  const warnings: Finding[] = [...selection.warnings]
  const cuts = Map.groupBy(capabilities.snapshots, ({ target }) => target)
  for (const target of selection.targets) {
    const way = wayOf(target, tide, { ...capabilities, snapshots: cuts.get(target.ref) ?? [] })
    if (way.kind === 'none') skipped.push({ target: target.ref, finding: way.finding })
    else ways.set(target.ref, way)
  }

  const named = tide.name === undefined ? {} : { tide: tide.name }
  const base: RefBase = { runId: options.runId, at: createdAt, machine: options.machine, ...named }
  const groups: Group[] = []
  let first = 1
  const workloads = withoutStreams(survey.workloads, ways)
  const neighbours = neighboursOf(workloads)
  const members = [...ways.values()].map((way) => way.target.ref)
  const isStream = (ref: TargetRef): boolean => ways.get(ref)?.kind === 'stream'
  // Dumps go first: what comes to rest and rises again does not answer at once. Each stands for itself, so that its copy is good as
  // soon as it is whole, whatever becomes of the hundred others.
  const streams = members.filter(isStream).toSorted(byText)
  const others = groupTargets(
    members.filter((ref) => !isStream(ref)),
    workloads,
    tide.grouping,
  )
  for (const targets of [...streams.map((ref) => [ref]), ...others]) {
    const rest = restOf(targets, neighbours)
    warnings.push(...rest.warnings)
    if (rest.kind === 'refused') {
      skipped.push(...targets.map((target) => ({ target, finding: rest.finding })))
      continue
    }
    const own = targets.flatMap((ref) => ways.get(ref) ?? [])
    const { quiesce, idle, left, interrupts } = rest
    const related = [...quiesce, ...idle, ...left].length > 0
    const steps = stepsOf(own, base, { first, interrupts, related })
    if (interrupts) warnings.push(...own.flatMap((way) => (way.kind === 'live' ? (way.warm.warning ?? []) : [])))
    groups.push({ id: `g${String(groups.length + 1)}`, targets, quiesce, idle, left, ...steps })
    first += own.length
  }
  return {
    version: PLAN_VERSION,
    runId: options.runId,
    createdAt,
    machine: options.machine,
    ...named,
    grouping: tide.grouping,
    maxHoldMs: tide.maxHoldMs,
    maxConcurrent: tide.maxConcurrent,
    groups,
    skipped: sortedBy(skipped, (entry) => entry.target),
    warnings: withoutRepeats(warnings),
  }
}

/** A dump is of one point in time by itself, and needs its program up: whoever writes to its database stays so. */
function withoutStreams(workloads: readonly Workload[], ways: ReadonlyMap<string, OpenWay>): readonly Workload[] {
  if (![...ways.values()].some((way) => way.kind === 'stream')) return workloads
  return workloads.map((workload) => ({
    ...workload,
    uses: workload.uses.filter((ref) => ways.get(ref)?.kind !== 'stream'),
  }))
}

/** A workload of several groups gives the same warning for each. */
function withoutRepeats(warnings: readonly Finding[]): readonly Finding[] {
  const byMessage = new Map(warnings.map((warning) => [`${warning.code} ${warning.message}`, warning]))
  return [...byMessage].toSorted(([a], [b]) => byText(a, b)).map(([, warning]) => warning)
}

/** The callers check what users say; what is wrong here is a bug. */
function checkArguments(tide: Tide, options: PlanOptions): void {
  if (!RUN_ID.test(options.runId)) throw new RangeError(`run id ${JSON.stringify(options.runId)}`)
  if (!(tide.maxHoldMs > 0 && Number.isFinite(tide.maxHoldMs)))
    throw new RangeError(`maxHoldMs ${String(tide.maxHoldMs)}`)
  if (!(Number.isSafeInteger(tide.maxConcurrent) && tide.maxConcurrent > 0))
    throw new RangeError(`maxConcurrent ${String(tide.maxConcurrent)}`)
}
