import { closest } from '../config/suggestion.ts'
import { SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import type { Problem, Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Target } from '../target/target.ts'
import { byText, sortedBy } from './compare.ts'
import type { SkippedTarget } from './plan.ts'
import type { Tide } from './tide.ts'
import { unknownTarget } from './unknown-target.ts'

/** What a tide covers. */
export interface Selection {
  /** Sorted by reference, each once; none of them stands in `skipped`. */
  readonly targets: readonly Target[]
  /** One entry for each target that cannot be had. */
  readonly skipped: readonly SkippedTarget[]
  readonly warnings: readonly Finding[]
}

/**
 * The targets named one by one and those whose labels name the tide.
 *
 * A problem of the survey that names a target, selected or `meant`, skips it; one that names this tide and no target becomes a skipped entry
 * `tide:NAME`, because only a skipped entry makes the run partial; one that names neither is a warning. When a target
 * has several problems the first (by code and text) stands in its skipped entry and the others are warnings. Problems of
 * other tides, and of targets that nobody selected, do not concern this run.
 *
 * Throws `TARGET.UNKNOWN` for a named target that the survey does not hold, and `TIDE.EMPTY` when nothing is selected
 * and no problem says why.
 */
export function selectTargets(survey: Survey, tide: Tide): Selection {
  const known = new Map(survey.targets.map((target) => [target.ref, target]))
  const selected = new Map<TargetRef, Target>()
  for (const ref of tide.targets) {
    const target = known.get(ref)
    if (target === undefined) throw unknownTarget(ref, survey)
    selected.set(ref, target)
  }
  for (const target of known.values()) if (covers(tide, target)) selected.set(target.ref, target)

  const skipped = new Map<TargetRef, Finding>()
  const warnings: Finding[] = []
  const problems = survey.problems.toSorted((a, b) => byText(a.code, b.code) || byText(a.message, b.message))
  for (const problem of problems) {
    const place = placeOf(problem, tide, selected)
    if (place === 'elsewhere') continue
    if (place === 'warning' || skipped.has(place)) warnings.push(plain(problem))
    else skipped.set(place, plain(problem))
  }
  if (selected.size === 0 && skipped.size === 0) throw empty(survey, tide)
  return {
    targets: sortedBy(selected.values(), (target) => target.ref).filter((target) => !skipped.has(target.ref)),
    skipped: [...skipped].map(([target, finding]) => ({ target, finding })),
    warnings,
  }
}

function covers(tide: Tide, target: Target): boolean {
  return tide.name !== undefined && target.tides.includes(tide.name)
}

/** The target that a problem skips, or what else it is to this run. */
function placeOf(
  problem: Problem,
  tide: Tide,
  selected: ReadonlyMap<TargetRef, Target>,
): TargetRef | 'warning' | 'elsewhere' {
  if (problem.tide !== undefined && problem.tide !== tide.name) return 'elsewhere'
  if (problem.tide !== undefined) return problem.target ?? `tide:${problem.tide}`
  if (problem.target === undefined) return 'warning'
  return selected.has(problem.target) || tide.meant?.includes(problem.target) === true ? problem.target : 'elsewhere'
}

/** The finding alone, as it stands in a plan. */
function plain({ code, message, why, hint }: Finding): Finding {
  return { code, message, ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }
}

function empty(survey: Survey, tide: Tide): SalvageError {
  if (tide.name === undefined)
    return new SalvageError('TIDE.EMPTY', 'nothing is selected', { hint: 'name a target, or a tide with --tide NAME' })
  const names = new Set(survey.targets.flatMap((target) => target.tides))
  for (const problem of survey.problems) if (problem.tide !== undefined) names.add(problem.tide)
  const close = closest(tide.name, [...names])
  const list = sortedBy(names, (name) => name).join(', ')
  return new SalvageError('TIDE.EMPTY', `tide ${JSON.stringify(tide.name)} covers no target`, {
    why: names.size === 0 ? 'no target belongs to any tide' : `the tides with targets are: ${list}`,
    hint: close === undefined ? 'label a target with this tide, or name targets' : `did you mean ${close}?`,
  })
}
