import { closest } from '../config/suggestion.ts'
import { SalvageError } from '../error.ts'
import type { Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import { sortedBy } from './compare.ts'

/** How many of the targets that are there are named. */
const NAMED = 5

/** What a backend says of a target whose service does not run now. */
const AT_REST = 'DUMP.NOT_RUNNING'

/**
 * The error `TARGET.UNKNOWN`: with what the survey found about the target, and the one that was probably meant; `DUMP.NOT_RUNNING`
 * for a target that is known and does not run.
 */
export function unknownTarget(ref: TargetRef, survey: Survey): SalvageError {
  const about = survey.problems.filter((found) => found.target === ref)
  const [problem] = sortedBy(about, (found) => found.message)
  const meant = closestTarget(
    ref,
    survey.targets.map((target) => target.ref),
  )
  const others = survey.targets.map((target) => target.ref).filter((other) => schemeOf(other) === schemeOf(ref))
  const maybe = survey.problems.filter((found) => problem === undefined && found.about === ref)
  const why =
    problem === undefined
      ? [notAmong(others.length, schemeOf(ref)), ...maybe.map(({ message }) => message)].join('; ')
      : [problem.message, problem.why].filter(Boolean).join(': ')
  const known = problem === undefined ? listOf(others) : undefined
  // Where it is known why this one cannot be had no other one was meant: who followed the word would use, or overwrite, another.
  const hints =
    maybe.length > 0
      ? maybe.map((one) => one.hint)
      : problem === undefined
        ? [meant === undefined ? known : `did you mean ${meant}?`]
        : [problem.hint]
  const hint = hints.filter(Boolean).join(' ')
  if (problem?.code === AT_REST)
    return new SalvageError(AT_REST, `${ref} does not run`, { why, ...(hint === '' ? {} : { hint }), untouched: true })
  return new SalvageError('TARGET.UNKNOWN', `there is no target ${ref}`, { why, ...(hint === '' ? {} : { hint }) })
}

function notAmong(count: number, scheme: string): string {
  if (count === 0) return `there is nothing of the kind ${scheme}: here`
  return count === 1
    ? `the only ${scheme}: target that was found is another`
    : `it is not among the ${String(count)} ${scheme}: targets that were found`
}

function listOf(targets: readonly TargetRef[]): string | undefined {
  if (targets.length === 0) return undefined
  const more = targets.length > NAMED ? ` and ${String(targets.length - NAMED)} more` : ''
  return `${targets.length === 1 ? 'there is' : 'there are'} ${targets.toSorted().slice(0, NAMED).join(', ')}${more}`
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
