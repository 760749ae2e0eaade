import type { Finding } from '@salvage-kit/core'

/** What the scheduler tells. Synchronous; who needs waiting buffers. */
export type ScheduleEvent =
  | { readonly type: 'schedule.started'; readonly volume: string; readonly action: string }
  | {
      readonly type: 'schedule.succeeded'
      readonly volume: string
      readonly action: string
      /** So many attempts before this one failed. */
      readonly failures: number
    }
  | {
      readonly type: 'schedule.failed'
      readonly volume: string
      readonly action: string
      readonly finding: Finding
      /** The attempt before failed for the same reason. */
      readonly isRepeated: boolean
    }
  /** Everything is paused, or no longer. */
  | { readonly type: 'schedule.paused'; readonly isPaused: boolean }
  /** Something about the schedule or the clock, told once as long as it lasts. */
  | { readonly type: 'schedule.finding'; readonly finding: Finding }

/** Takes each event and never throws. */
export type ScheduleReporter = (event: ScheduleEvent) => void
