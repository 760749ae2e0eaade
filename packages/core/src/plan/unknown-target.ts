import { closest } from '../config/suggestion.ts'
import { SalvageError } from '../error.ts'
import type { Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import { sortedBy } from './compare.ts'

/** The error `TARGET.UNKNOWN`: with what the survey found about the target, and the one that was probably meant. */
export function unknownTarget(ref: TargetRef, survey: Survey): SalvageError {
  const [problem] = sortedBy(
    survey.problems.filter((found) => found.target === ref),
    (found) => found.message,
  )
  const meant = closestTarget(
    ref,
    survey.targets.map((target) => target.ref),
  )
  const why = problem === undefined ? 'no backend knows it' : [problem.message, problem.why].filter(Boolean).join(': ')
  const hint = [meant === undefined ? undefined : `did you mean ${meant}?`, problem?.hint].filter(Boolean).join(' ')
  return new SalvageError('TARGET.UNKNOWN', `there is no target ${ref}`, { why, ...(hint === '' ? {} : { hint }) })
}

/** Compares what follows the scheme first, so that a long common scheme makes no two names look alike. */
function closestTarget(ref: TargetRef, candidates: readonly TargetRef[]): TargetRef | undefined {
  const scheme = schemeOf(ref)
  const values = new Map(
    candidates.filter((other) => schemeOf(other) === scheme).map((other) => [valueOf(other), other]),
  )
  const value = closest(valueOf(ref), [...values.keys()])
  if (value !== undefined) return values.get(value)
  return candidates.toSorted().find((other) => valueOf(other) === valueOf(ref))
}

function schemeOf(ref: TargetRef): string {
  return ref.slice(0, ref.indexOf(':'))
}

function valueOf(ref: TargetRef): string {
  return ref.slice(ref.indexOf(':') + 1)
}
