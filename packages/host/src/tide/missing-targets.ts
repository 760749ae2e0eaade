import type { Problem, Survey, TargetRef, Tide } from '@salvage-kit/core'

/** A tide whose named targets are all there, and a survey that says what became of the others. */
export interface Tolerant {
  readonly tide: Tide
  readonly survey: Survey
}

/**
 * A tide runs without the targets that are not there: one lost directory must not cost the copies of all others. They
 * are skipped, with the reason that the survey knows, so that the run is partial. Targets named on a command line are
 * left as they are; there a name that is not there is a slip. Pure.
 */
export function withoutMissing(survey: Survey, tide: Tide): Tolerant {
  const { name } = tide
  if (name === undefined) return { tide, survey }
  const there = new Set(survey.targets.map((target) => target.ref))
  const missing = tide.targets.filter((target) => !there.has(target))
  if (missing.length === 0) return { tide, survey }
  const problems = survey.problems.filter(({ target }) => target === undefined || !missing.includes(target))
  return {
    tide: { ...tide, targets: tide.targets.filter((target) => there.has(target)) },
    survey: { ...survey, problems: [...problems, ...missing.map((target) => problemOf(survey, target, name))] },
  }
}

function problemOf(survey: Survey, target: TargetRef, tide: string): Problem {
  const known = survey.problems.find((problem) => problem.target === target)
  if (known !== undefined) return { ...known, tide }
  return {
    code: 'TARGET.UNKNOWN',
    message: `there is no target ${target}`,
    tide,
    target,
    hint: `see what tide ${tide} names`,
  }
}
