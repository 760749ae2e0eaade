import { SalvageError } from '@salvage-kit/core'
import type { Problem, Survey, TargetRef, Tide } from '@salvage-kit/core'
import { covers, isOfRancher, isPattern } from '../target/rancher-target.ts'

/** A tide that names each of its targets, and a survey that says why others that were meant cannot be had. */
export interface Expanded {
  readonly tide: Tide
  readonly survey: Survey
}

/** What Rancher has no export of was never to be had: that is worth a word where it was named, and else no failure. */
const NO_EXPORT = 'RANCHER.NO_EXPORT'
const INSTANCE_LEFT = 'RANCHER.INSTANCE_LEFT'

/**
 * Puts in the place of `rancher:*`, `dump:*` and their like all that they mean, as it was found just now. What is meant, or named, and cannot be had is
 * left out, and the run is partial: one service that is down must not cost the dumps of all others. Pure. Throws
 * `TARGET.UNKNOWN` for what means nothing; in a tide that is told as the rest.
 */
export function expanded(survey: Survey, tide: Tide): Expanded {
  const wanted = tide.targets.filter(isWanted)
  if (wanted.length === 0) return { survey, tide }
  const refs = survey.targets.map(({ ref }) => ref)
  const each = wanted.map((one) => meaning(one, refs, survey.problems))
  const nothing = each.flatMap(({ one, found, lost, left }) =>
    found.length + lost.length + left.length === 0 && isPattern(one) ? [one] : [],
  )
  const [first] = nothing
  if (first !== undefined && tide.name === undefined) throw meansNothing(first)
  const lost = new Map([
    ...each.flatMap((one) => one.lost.map((problem) => [problem.target, problem] as const)),
    ...nothing.map((one) => [one, { ...unknown(one), target: one }] as const),
  ])
  const left = each.flatMap((one) => one.left)
  const told = new Set(each.flatMap((one) => one.used))
  return {
    tide: {
      ...tide,
      targets: [
        ...new Set([
          ...tide.targets.filter((ref) => !isWanted(ref)),
          ...each.flatMap(({ one, found }) => (isPattern(one) ? found : [one])),
        ]),
      ].filter((ref) => !lost.has(ref)),
      meant: [...lost.keys()],
    },
    survey: {
      ...survey,
      problems: [
        ...survey.problems.filter((problem) => !told.has(problem)),
        ...lost.values(),
        ...(left.length === 0 ? [] : [withoutExport(left)]),
      ],
    },
  }
}

/** Others stay as they are named. */
function isWanted(ref: TargetRef): boolean {
  return isOfRancher(ref) || isPattern(ref)
}

type Located = Problem & { readonly target: TargetRef }

interface Meaning {
  readonly one: TargetRef
  readonly found: readonly TargetRef[]
  /** Why something of it cannot be had. */
  readonly lost: readonly Located[]
  /** What is left out and nobody missed. */
  readonly left: readonly TargetRef[]
  /** Problems of the survey that were told by these. */
  readonly used: readonly Problem[]
}

function meaning(one: TargetRef, refs: readonly TargetRef[], problems: readonly Problem[]): Meaning {
  const found = refs.filter((ref) => covers(one, ref))
  const related = problems.filter(
    (problem): problem is Located =>
      problem.target !== undefined &&
      (covers(one, problem.target) || covers(problem.target, one) || isContainerOf(one, problem)),
  )
  const isLeft = ({ code }: Problem): boolean => isPattern(one) && code === NO_EXPORT
  const lost = related
    .filter((problem) => !isLeft(problem))
    // A problem of more than was asked for is one of all that was.
    // Whose tide it is does not matter where this one names it.
    .map(({ tide: _tide, ...problem }) =>
      covers(one, problem.target) || isContainerOf(one, problem) ? problem : { ...problem, target: one },
    )
    .filter(({ target }) => !found.includes(target))
  const left = related.filter(isLeft).map(({ target }) => target)
  return { one, found, lost, left, used: related }
}

/** Of a service that is named, one of its containers: the others are dumped, and the run is partial. */
function isContainerOf(one: TargetRef, { code, target = one }: Problem): boolean {
  return code === INSTANCE_LEFT && target.slice(0, target.lastIndexOf('/')) === one
}

function withoutExport(stacks: readonly TargetRef[]): Problem {
  return {
    code: NO_EXPORT,
    message: `Rancher offers no export of ${[...new Set(stacks)].join(', ')}`,
    why: 'they belong to the system, or this key may not export them',
  }
}

function unknown(one: TargetRef): Pick<Problem, 'code' | 'hint' | 'message'> {
  return {
    code: 'TARGET.UNKNOWN',
    message: `there is nothing that ${one} means`,
    hint: isOfRancher(one)
      ? 'see salvage-kit plan "rancher:*" and salvage-kit doctor'
      : 'label the containers of databases salvage.dump=auto; salvage-kit doctor says which labels mean nothing',
  }
}

function meansNothing(one: TargetRef): SalvageError {
  const { code, message, hint } = unknown(one)
  return new SalvageError(code, message, hint === undefined ? {} : { hint })
}
