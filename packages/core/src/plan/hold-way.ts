import type { Group } from './plan.ts'

/** What the hold of a group waits for: cuts only, copies that a warm one went before, or whole copies. */
export type HoldWay = 'snapshot' | 'warm' | 'copy'

/** The slowest of its targets decides. Undefined for a group that brings nobody to rest. */
export function holdWayOf({ quiesce, beforeHold, whileQuiesced }: Group): HoldWay | undefined {
  if (quiesce.length === 0) return undefined
  const warm = new Set(beforeHold.map((step) => step.ref.target))
  const lifts = whileQuiesced.filter((step) => step.kind === 'lift')
  if (lifts.length === 0) return 'snapshot'
  return lifts.every((step) => warm.has(step.ref.target)) ? 'warm' : 'copy'
}
