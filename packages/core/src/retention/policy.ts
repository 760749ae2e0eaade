import type { RestorePoint } from '../crane/restore-point.ts'

/** What a policy says of one restore point, and why. */
export interface Verdict {
  readonly point: RestorePoint
  readonly keep: boolean
  /** For people: `daily 2026-11-21`, `the last good one`, `pinned: parent of …`, or why it goes. */
  readonly reasons: readonly string[]
}

/**
 * Restore points and a date in, a verdict with its reasons for each point out, in the order given. Pure. Points of
 * several targets may come together; each target of each machine is judged for itself. Never says "delete" for a pinned
 * point or for the last good point of a target.
 */
export type RetentionPolicy = (points: readonly RestorePoint[], now: Date) => readonly Verdict[]

/** How many points to keep of each period. An absent rule keeps nothing by itself; no rule at all keeps everything. */
export interface KeepRules {
  readonly last?: number
  readonly hourly?: number
  readonly daily?: number
  readonly weekly?: number
  readonly monthly?: number
  readonly yearly?: number
  /** Milliseconds: everything younger than this. */
  readonly withinMs?: number
}
