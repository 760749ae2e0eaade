import { formatDuration } from '../config/duration.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { KeepRules, RetentionPolicy, Verdict } from './policy.ts'
import { freeSlots } from './slots.ts'

/**
 * Keeps the newest point of each of the newest `n` hours, days, ISO weeks, months and years (of UTC) that have one, the
 * `last` n points, and all that are no older than `withinMs`. A point is kept when one rule keeps it; a rule of 0 keeps
 * nothing, and without any rule everything stays.
 *
 * - Only good points take the slots of a rule. A partial one is kept by `withinMs`, or while no good one is newer.
 * - Kept whatever the rules say: pinned points, the newest good point of each target, and points whose time lies ahead
 *   of `now` or cannot be read, because then a clock was wrong; such points take no slot.
 * - The same id in the same store is one point: all its entries get one verdict.
 * - A target of the same name on another machine is another target: its points are judged for themselves.
 *
 * Judge the points of one store at a time; with several stores at once, a good copy in one of them would be enough.
 * Takes O(n log n). Throws a plain `RangeError` for a negative or broken rule.
 */
export function keepPolicy(rules: KeepRules): RetentionPolicy {
  checkRules(rules)
  return (points, now) => {
    const judgements = new Map<string, Judgement>()
    for (const ofTarget of Map.groupBy(points, seriesOf).values())
      for (const [point, keep, reasons] of judge(ofTarget, rules, now)) record(judgements, point, keep, reasons)
    return points.map((point) => verdict(point, judgements.get(keyOf(point))))
  }
}

type Judged = readonly [point: RestorePoint, keep: boolean, reasons: readonly string[]]

/** Two machines may copy their own `/etc` into one store. */
function seriesOf({ target, machine }: RestorePoint): string {
  return JSON.stringify([target, machine])
}

/** The points of one target, newest first. */
function* judge(points: readonly RestorePoint[], rules: KeepRules, now: Date): Iterable<Judged> {
  const isUnruled = Object.values(rules).every((rule) => rule === undefined)
  const slots = freeSlots(rules)
  let goodSeen = false
  for (const { point, time } of newestFirst(points)) {
    const kept: string[] = []
    const dropped: string[] = []
    if (point.pinned !== undefined) kept.push(`pinned: ${point.pinned}`)
    if (isUnruled) kept.push('no rule is set')
    if (Number.isNaN(time)) kept.push('its time cannot be read')
    else if (time > now.getTime()) kept.push('its time lies ahead of now')
    else {
      const { withinMs } = rules
      if (withinMs !== undefined && now.getTime() - time <= withinMs) kept.push(`within ${formatDuration(withinMs)}`)
      else if (withinMs !== undefined) dropped.push(`older than ${formatDuration(withinMs)}`)
      if (point.state === 'good') {
        if (!goodSeen) kept.push('the last good one')
        goodSeen = true
        for (const rule of slots) {
          const { keep, reason } = rule.offer(point, new Date(time))
          if (keep) kept.push(reason)
          else dropped.push(reason)
        }
      } else if (goodSeen) dropped.push('partial, and a newer good one stands')
      else kept.push('no good one is newer')
    }
    yield kept.length > 0 ? [point, true, kept] : [point, false, dropped]
  }
}

/** Points of one time in an order that does not depend on the input: good ones first, then by store, kind, id and pin. */
function newestFirst(points: readonly RestorePoint[]): readonly { point: RestorePoint; time: number }[] {
  return points
    .map((point) => ({
      point,
      time: Date.parse(point.takenAt),
      rank: `${point.state} ${keyOf(point)} ${point.pinned ?? ''}`,
    }))
    .toSorted(
      (a, b) => compare(Number.isNaN(b.time), Number.isNaN(a.time)) || b.time - a.time || compare(a.rank, b.rank),
    )
}

function compare<T extends string | boolean>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

interface Judgement {
  readonly kept: Set<string>
  readonly dropped: Set<string>
}

function record(
  judgements: Map<string, Judgement>,
  point: RestorePoint,
  keep: boolean,
  reasons: readonly string[],
): void {
  const key = keyOf(point)
  const judgement = judgements.get(key) ?? { kept: new Set(), dropped: new Set() }
  judgements.set(key, judgement)
  for (const reason of reasons) (keep ? judgement.kept : judgement.dropped).add(reason)
}

function verdict(point: RestorePoint, judgement: Judgement | undefined): Verdict {
  if (judgement === undefined || judgement.kept.size > 0)
    return { point, keep: true, reasons: [...(judgement?.kept ?? [])] }
  return { point, keep: false, reasons: [...judgement.dropped] }
}

function keyOf({ target, store, kind, id }: RestorePoint): string {
  return JSON.stringify([target, store, kind, id])
}

function checkRules(rules: KeepRules): void {
  for (const [name, rule] of Object.entries(rules)) {
    if (rule === undefined || rule >= 0) continue
    throw new RangeError(`keep rule ${name} is ${String(rule)}`)
  }
}
