import type { Finding } from '@salvage-kit/core'
import { byTime, newestOf } from './candidate.ts'
import type { Dated, PurgeCandidate } from './candidate.ts'
import { judge } from './judge.ts'
import type { PurgePattern } from './pattern.ts'

/** What becomes of one snapshot or marker. */
export interface PurgeVerdict {
  readonly name: string
  readonly keep: boolean
  /** For people. */
  readonly reason: string
  /** In milliseconds, negative for the future; absent when its name says no time. */
  readonly age?: number
}

/** What becomes of all of them, oldest first, and what is odd. */
export interface PurgeVerdicts {
  readonly verdicts: readonly PurgeVerdict[]
  readonly findings: readonly Finding[]
}

/**
 * Says of each snapshot and marker of one volume whether it stays, and why. Pure. The verdicts are those of buttervolume but
 * that it also keeps: the newest one, what is pinned, the newest marker of each host and the snapshot that it marks. Never
 * judged: what has no time in its name, a time in the future (finding `PURGE.FUTURE`), or is half received. When even the
 * newest one is older than the pattern's end, as after a clock that ran ahead, ages are counted from the newest one
 * (finding `PURGE.ALL_OLD`).
 */
export function purgeVerdicts(candidates: readonly PurgeCandidate[], pattern: PurgePattern, now: Date): PurgeVerdicts {
  const dated = candidates.filter((candidate) => isDated(candidate)).toSorted(byTime)
  const judged = dated.filter((one) => one.isUnfinished !== true && one.time <= now)
  const newest = judged.at(-1)
  const isAllOld = newest !== undefined && isOlder(newest, pattern, now)
  const from = isAllOld ? newest.time : now
  // Apart, so that what a restore saved makes none superfluous that a person took.
  const [safety, made] = [
    judge(judged.filter(isSafety), pattern, from),
    judge(
      judged.filter((one) => !isSafety(one)),
      pattern,
      from,
    ),
  ]
  const kept = keptAnyway(judged)
  const verdicts = dated.map((candidate): PurgeVerdict => {
    const judgement = made.get(candidate) ?? safety.get(candidate)
    const reason = candidate.pinned ?? kept.get(candidate.name)
    const verdict =
      judgement === undefined || (!judgement.keep && reason !== undefined)
        ? { keep: true, reason: reason ?? whyNotJudged(candidate) }
        : judgement
    return { name: candidate.name, ...verdict, age: now.getTime() - candidate.time.getTime() }
  })
  const future = dated.filter((one) => one.time > now)
  return {
    verdicts: [...verdicts, ...candidates.filter((one) => one.time === undefined).map((one) => withoutTime(one))],
    findings: [...(isAllOld ? [allOld(newest, pattern)] : []), ...(future.length > 0 ? [inFuture(future)] : [])],
  }
}

function isDated(candidate: PurgeCandidate): candidate is Dated {
  return candidate.time !== undefined
}

function isSafety(candidate: PurgeCandidate): boolean {
  return candidate.isSafety === true
}

function isOlder({ time }: Dated, { end }: PurgePattern, now: Date): boolean {
  return Math.floor((now.getTime() - time.getTime()) / 1000) > end.minutes * 60
}

/** By name, why: the newest one, the newest marker of each host, and what that one marks. */
function keptAnyway(judged: readonly Dated[]): ReadonlyMap<string, string> {
  const kept = new Map<string, string>()
  const hosts = Map.groupBy(
    judged.filter((one) => one.host !== undefined),
    (one) => one.host ?? '',
  )
  for (const [host, markers] of hosts)
    for (const { name } of newestOf(markers)) {
      kept.set(name, `marks what was last sent to ${host}`)
      kept.set(name.slice(0, name.lastIndexOf('@')), `was last sent to ${host}`)
    }
  const snapshots = judged.filter((one) => one.host === undefined)
  const made = snapshots.filter((one) => !isSafety(one))
  for (const { name } of newestOf([made, snapshots, judged].find((some) => some.length > 0) ?? []))
    kept.set(name, 'the newest one')
  return kept
}

function whyNotJudged({ isUnfinished }: Dated): string {
  return isUnfinished === true ? 'not complete, so it is left alone' : 'its time is in the future'
}

function withoutTime({ name, pinned }: PurgeCandidate): PurgeVerdict {
  return { name, keep: true, reason: pinned ?? 'its name holds no time that can be read' }
}

function allOld({ name }: Dated, { text, end }: PurgePattern): Finding {
  return {
    code: 'PURGE.ALL_OLD',
    message: `every snapshot is older than ${end.text}, the end of ${text}`,
    why: 'none was taken for long, or the clock runs ahead',
    hint: `ages are counted from ${name} until there is a newer one`,
  }
}

function inFuture(future: readonly Dated[]): Finding {
  return {
    code: 'PURGE.FUTURE',
    message: `${String(future.length)} of the snapshots are dated in the future, beginning with ${future[0]?.name ?? ''}`,
    why: 'the clock was ahead when they were taken, or is behind now',
    hint: 'they are left alone until their time has come',
  }
}
