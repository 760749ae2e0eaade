import type { RestorePoint } from '../crane/restore-point.ts'
import { bucketOf } from './bucket.ts'
import type { KeepRules } from './policy.ts'

/** One counting rule while it walks over the points of a target, newest first. */
export interface Slots {
  /** Offers the next older point: why it is kept, or why this rule does not keep it. */
  offer(point: RestorePoint, time: Date): { readonly keep: boolean; readonly reason: string }
}

/** The counting rules that are set, each with all its slots free. */
export function freeSlots(rules: KeepRules): readonly Slots[] {
  const slots: Slots[] = []
  if (rules.last !== undefined) slots.push(lastSlots(rules.last))
  for (const rule of ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const) {
    const limit = rules[rule]
    if (limit === undefined) continue
    slots.push(
      slotsOf(limit, {
        bucket: (_, time) => bucketOf(rule, time),
        kept: (bucket) => `${rule} ${bucket}`,
        taken: (bucket) => `${rule} ${bucket} has a newer one`,
        full: `older than what ${rule} ${String(limit)} keeps`,
      }),
    )
  }
  return slots
}

function lastSlots(limit: number): Slots {
  return slotsOf(limit, {
    // The same point listed twice is one point.
    bucket: ({ takenAt, store, kind, id }) => JSON.stringify([takenAt, store, kind, id]),
    kept: () => `one of the last ${String(limit)}`,
    taken: () => 'listed twice',
    full: `older than the last ${String(limit)}`,
  })
}

interface Texts {
  readonly bucket: (point: RestorePoint, time: Date) => string
  readonly kept: (bucket: string) => string
  readonly taken: (bucket: string) => string
  readonly full: string
}

function slotsOf(limit: number, { bucket, kept, taken, full }: Texts): Slots {
  let free = limit
  let newest: string | undefined
  return {
    offer(point, time) {
      const own = bucket(point, time)
      if (own === newest) return { keep: false, reason: taken(own) }
      if (free <= 0) return { keep: false, reason: full }
      free -= 1
      newest = own
      return { keep: true, reason: kept(own) }
    },
  }
}
