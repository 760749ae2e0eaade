import { createHash } from 'node:crypto'
import type { LiftRef } from '@salvage-kit/core'
import type { Depot } from './depot.ts'

const SLUG = 60
const HASH = 8

/**
 * A row of chains of one target: its files bear the same prefix, and none other does. Empty for the row that duplicity
 * makes by itself.
 */
export type Series = string

/**
 * The series that a lift goes into. Two machines may copy targets of one name: each has its own. A warm lift has one for
 * itself: an incremental copy that was built upon it would fall with it.
 */
export function seriesOf(ref: LiftRef, depot: Pick<Depot, 'target'>): Series {
  const own =
    depot.target === ref.target ? '' : `${slugOf(ref.target)}-${hashOf(JSON.stringify([ref.target, ref.machine]))}`
  if (ref.warm !== true) return own
  return `${own === '' ? 'own' : own}-warm-${hashOf(ref.id)}`
}

/** What the names of the files of a series begin with. */
export function prefixOf(series: Series): string {
  return series === '' ? '' : `${series}.`
}

/** The id of the point of a moment: people shorten it from its end, so the time comes first. */
export function pointId(series: Series, time: string): string {
  return series === '' ? time : `${time}-${series.slice(-HASH)}`
}

/** The words by which a person would know a target. */
function slugOf(target: string): string {
  const words = target.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return words.slice(0, SLUG).replaceAll(/^-+|-+$/g, '') || 'target'
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH)
}
