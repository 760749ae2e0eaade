import type { Day } from '../label/day.ts'

/** The day of a judgement. */
export interface Today {
  readonly day: Day
  readonly now: Date
}
