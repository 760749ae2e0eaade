import { addDays, dayIn, type Day } from '../label/day.ts'
import { freeTiers, holdersOfTiers, tierDay } from '../label/grant.ts'
import { OWN } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { TIERS, type Tier, type Tiers } from '../label/tier.ts'
import { isLeftAlone } from './left-alone.ts'
import type { RetentionRules } from './rules.ts'

/** The tiers of a snapshot, with its place among the newest of each, and those that it loses to newer ones. */
export interface Ranked {
  readonly kept: Tiers
  readonly places: { readonly [tier in Tier]?: number }
  readonly lost: readonly Tier[]
  /** That it was given although another one has them. */
  readonly takenBack: readonly Tier[]
  readonly extra: boolean
  /** To be written on it: it had its chance, and gets no tier by a later pruning. */
  readonly settled?: Day
}

/**
 * The tiers that the good snapshots of one claim have, the newest first: the newest `n` of each tier keep it, whatever the
 * values are.
 *
 * Before that, two things are put right. A tier that was given although another one held it is taken back once a newer good
 * one stands. And one to be kept by tiers that never got any takes the free ones of its day: its run died before it could grant
 * them, or it is of today or yesterday, and a creator of backup-ns found them taken by a snapshot that is not ready or of another
 * claim, or could not look.
 */
export function rank(
  good: readonly KeptSnapshot[],
  rules: RetentionRules,
  today: Day,
  zone: string,
): Map<KeptSnapshot, Ranked> {
  const made = (one: KeptSnapshot): string => dayIn(zone, new Date(one.cutAt ?? one.madeAt))
  const tiers = new Map<KeptSnapshot, Tiers>()
  const holders = holdersOfTiers()
  const plain = (one: KeptSnapshot): boolean =>
    one === good[0] || one.labels[OWN.extra] === undefined || isLeftAlone(one)
  for (const one of good)
    if (plain(one)) {
      tiers.set(one, one.tiers)
      holders.add(one.tiers, made(one))
    }
  for (const one of good.toReversed())
    if (!plain(one) || isUngranted(one, made(one), today)) {
      const free = plain(one) ? freeTiers(tierDay(one, zone), holders) : stillFree(one, made(one), holders)
      tiers.set(one, free)
      holders.add(free, made(one))
    }
  const ranked = new Map<KeptSnapshot, Ranked>()
  const counts: { [tier in Tier]: number } = { daily: 0, weekly: 0, monthly: 0 }
  for (const one of good) {
    const kept: { [tier in Tier]?: string } = {}
    const places: { [tier in Tier]?: number } = {}
    for (const tier of TIERS) {
      const value = tiers.get(one)?.[tier]
      if (value === undefined) continue
      counts[tier] += 1
      if (counts[tier] > rules[tier] && !isLeftAlone(one)) continue
      kept[tier] = value
      places[tier] = counts[tier]
    }
    const gone = TIERS.filter((tier) => one.tiers[tier] !== undefined && kept[tier] === undefined)
    const isTaken = (tier: Tier): boolean => tiers.get(one)?.[tier] === undefined
    ranked.set(one, {
      kept,
      places,
      lost: gone.filter((tier) => !isTaken(tier)),
      takenBack: gone.filter(isTaken),
      extra: one === good[0] && one.labels[OWN.extra] !== undefined,
      ...(Object.keys(kept).length === 0 && isUngranted({ ...one, tiers: {} }, made(one), today)
        ? { settled: tierDay(one, zone) }
        : {}),
    })
  }
  return ranked
}

/** One of older days has lost its tiers, by a rule or by hand, and is let go. */
function isUngranted({ byTiers, tiers, labels, visible, pvc }: KeptSnapshot, cutOn: Day, today: Day): boolean {
  if (!byTiers || Object.keys(tiers).length > 0 || labels[OWN.hold] !== undefined || pvc === undefined) return false
  return !visible || (labels[OWN.tierDay] === undefined && cutOn >= addDays(today, -1))
}

function stillFree({ tiers }: KeptSnapshot, day: string, holders: ReturnType<typeof holdersOfTiers>): Tiers {
  const free: { [tier in Tier]?: string } = {}
  for (const tier of TIERS) {
    const value = tiers[tier]
    if (value !== undefined && !holders.has(tier, value, day)) free[tier] = value
  }
  return free
}
