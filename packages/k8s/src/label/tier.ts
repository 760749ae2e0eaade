import { isoWeekOf, type Day } from './day.ts'
import { KEY, OWN } from './key.ts'

/** Which of the newest are kept: of days, of weeks, of months. */
export type Tier = 'daily' | 'weekly' | 'monthly'

/** In the order in which they are looked at. */
export const TIERS: readonly Tier[] = ['daily', 'weekly', 'monthly']

/** Tiers and the values of their labels. */
export type Tiers = { readonly [tier in Tier]?: string }

/** The label of a tier. */
export function tierLabel(tier: Tier): string {
  return KEY[tier]
}

/** The label that keeps a tier while the snapshot is not ready. */
export function suspendedLabel(tier: Tier): string {
  return OWN[tier]
}

/** Tiers as labels. */
export function tierLabels(tiers: Tiers): { readonly [key: string]: string } {
  const labels: { [key: string]: string } = {}
  for (const tier of TIERS) {
    const value = tiers[tier]
    if (value !== undefined) labels[tierLabel(tier)] = value
  }
  return labels
}

/** The values of the tiers of a day: `2026-11-21`, `w47` (ISO 8601, no year), `2026-11`. */
export function tiersOf(day: Day): { readonly [tier in Tier]: string } {
  const { week } = isoWeekOf(day)
  return { daily: day, weekly: `w${String(week).padStart(2, '0')}`, monthly: day.slice(0, 'YYYY-MM'.length) }
}

const WEEK = /^(?:\d{4}-)?w(\d{2})$/

/**
 * What tells the holder of a tier from every other one: the value, and of weeks also the year that the value does not say.
 * It is the year that puts the week nearest to `made`. `2024-w52`, as backup-ns wrote before 0.2, is the same as `w52`: its
 * year was that of the calendar and may be wrong. Any other value stands for itself.
 */
export function tierIdentity(tier: Tier, value: string, made: Day): string {
  const week = tier === 'weekly' ? WEEK.exec(value)?.[1] : undefined
  if (week === undefined) return value
  const own = isoWeekOf(made)
  const apart = Number(week) - own.week
  const year = own.year + (apart > 26 ? -1 : apart < -26 ? 1 : 0)
  return `${String(year)}-w${week}`
}
