import { dayIn } from '../label/day.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { judgeGood } from './judge-good.ts'
import { judgeUnready } from './judge-unready.ts'
import { isLeftAlone } from './left-alone.ts'
import { rank } from './ranking.ts'
import type { RetentionRules } from './rules.ts'
import type { Today } from './today.ts'
import type { RetentionVerdict } from './verdict.ts'

/** What a judgement is made by. */
export interface RetentionSettings {
  readonly rules: RetentionRules
  readonly now: Date
  /** Whose days count, such as `Europe/Vienna`. */
  readonly zone: string
}

/**
 * What becomes of each of these snapshots, in their order. Pure. All snapshots of a claim must be among them: the newest of them are
 * counted.
 *
 * - Of each claim (namespace and the label `pvc`) the newest ready ones of each tier stay, by `status.creationTime`. What
 *   loses its last tier gets today as its `delete-after`, and is removed on the first day after it, unless it has a tier again.
 * - The newest ready one of each claim stays, whatever its labels say. Nothing that is not ready takes a place,
 *   gets a tier, or is removed. A `delete-after` that is no day removes nothing.
 * - After the changes a pruner of backup-ns with the same rules removes nothing within the day that stays by these verdicts.
 *
 * Throws a `RangeError` for a zone that does not exist.
 */
export function judge(
  snapshots: readonly KeptSnapshot[],
  { rules, now, zone }: RetentionSettings,
): readonly RetentionVerdict[] {
  const today: Today = { day: dayIn(zone, now), now }
  const verdicts = new Map<KeptSnapshot, RetentionVerdict>()
  for (const group of Map.groupBy(snapshots, claimKey).values()) {
    // Of two of the same second that one comes first whose labels are left alone: it takes a place in any case.
    const good = group
      .filter((one) => one.ready)
      .toSorted(
        (a, b) =>
          (b.cutAt ?? 0) - (a.cutAt ?? 0) ||
          Number(isLeftAlone(b)) - Number(isLeftAlone(a)) ||
          (a.name < b.name ? 1 : -1),
      )
    const ranked = rank(good, rules, today.day, zone)
    for (const one of group) {
      const place = ranked.get(one)
      verdicts.set(one, place === undefined ? judgeUnready(one, today) : judgeGood(one, place, good[0], rules, today))
    }
  }
  return snapshots.flatMap((one) => verdicts.get(one) ?? [])
}

/** Of a snapshot that does not say what was cut nobody knows what it can stand in for: it is alone. */
function claimKey({ namespace, pvc, uid }: KeptSnapshot): string {
  return pvc === undefined ? `uid ${uid}` : `pvc ${namespace}/${pvc}`
}
