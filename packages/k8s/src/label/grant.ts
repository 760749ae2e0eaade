import { dayIn, parseDay, type Day } from './day.ts'
import { BY_TIERS, KEY, OWN } from './key.ts'
import type { KeptSnapshot } from './kept-snapshot.ts'
import { changeOf, type LabelChange } from './label-change.ts'
import { TIERS, tierIdentity, tierLabels, tiersOf, type Tier, type Tiers } from './tier.ts'

/** Who holds which tiers of one claim. */
export interface Holders {
  readonly has: (tier: Tier, value: string, made: Day) => boolean
  readonly add: (tiers: Tiers, made: Day) => void
}

/** The holders of tiers, none at first. */
export function holdersOfTiers(): Holders {
  const held = new Set<string>()
  return {
    has: (tier, value, made) => held.has(holderKey(tier, value, made)),
    add(tiers, made) {
      for (const tier of TIERS) {
        const value = tiers[tier]
        if (value !== undefined) held.add(holderKey(tier, value, made))
      }
    },
  }
}

function holderKey(tier: Tier, value: string, made: Day): string {
  return `${tier} ${tierIdentity(tier, value, made)}`
}

/** The day of the tiers of a snapshot: that on which its run began, else that on which it was cut. */
export function tierDay({ labels, cutAt, madeAt }: KeptSnapshot, zone: string): Day {
  return parseDay(labels[OWN.tierDay] ?? '') ?? dayIn(zone, new Date(cutAt ?? madeAt))
}

/** The tiers of a day that nobody holds. */
export function freeTiers(day: Day, holders: Holders): Tiers {
  const free: { [tier in Tier]?: string } = {}
  const all = tiersOf(day)
  for (const tier of TIERS) if (!holders.has(tier, all[tier], day)) free[tier] = all[tier]
  return free
}

/**
 * What is to be changed on the labels of a snapshot that has just become ready, so that it takes part in the tiers of its
 * claim: the free tiers of its day. Others count only when they are ready and of the same claim. When all tiers are taken, it
 * gets that of its day all the same, marked as an extra one: without a tier the pruner of backup-ns would remove it within a
 * day, although it may be the newest; ours takes an extra one away as soon as a newer good one stands.
 *
 * Nothing is changed on one that is not ready, or not kept by tiers.
 */
export function grant(snapshot: KeptSnapshot, others: Iterable<KeptSnapshot>, zone: string): LabelChange {
  if (!snapshot.ready || !snapshot.byTiers || Object.keys(snapshot.tiers).length > 0) return {}
  const holders = holdersOfTiers()
  for (const other of others)
    if (
      other.ready &&
      other.pvc === snapshot.pvc &&
      other.namespace === snapshot.namespace &&
      other.uid !== snapshot.uid
    )
      holders.add(other.tiers, dayIn(zone, new Date(other.cutAt ?? other.madeAt)))
  const day = tierDay(snapshot, zone)
  const free = freeTiers(day, holders)
  const extra = Object.keys(free).length === 0
  return changeOf(snapshot.labels, {
    [KEY.retain]: BY_TIERS,
    [OWN.retain]: undefined,
    [KEY.deleteAfter]: undefined,
    ...tierLabels(extra ? { daily: day } : free),
    ...(extra ? { [OWN.extra]: 'daily' } : {}),
  })
}
