import { formatFinding } from '@salvage-kit/core'
import type { ScheduleEvent } from '@salvage-kit/btrfs'

/** An event of the scheduler on one line for people. */
export function scheduleEventText(event: ScheduleEvent): string {
  switch (event.type) {
    case 'schedule.started':
      return `${event.volume}: ${event.action}`
    case 'schedule.succeeded':
      return `${event.volume}: ${event.action} done${event.failures === 0 ? '' : ` after ${String(event.failures)} failures`}`
    case 'schedule.failed':
      return `${event.volume}: ${event.action} failed${event.isRepeated ? ' again' : ''}: ${formatFinding(event.finding)}`
    case 'schedule.paused':
      return event.isPaused ? 'the whole schedule is paused' : 'the schedule is not paused any more'
    case 'schedule.finding':
      return `schedule: ${formatFinding(event.finding)}`
  }
}

/** Said only with `-v`: beginnings, and failures that were said already. */
export function isScheduleDetail(event: ScheduleEvent): boolean {
  return event.type === 'schedule.started' || (event.type === 'schedule.failed' && event.isRepeated)
}
