import { closest } from '@salvage-kit/core'
import type { Fault } from './cron.ts'

/** Minutes of a day. */
export const DAY_MINUTES = 1440
/** Minutes of a week. */
export const WEEK_MINUTES: number = 7 * DAY_MINUTES
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Checks the name of a time zone. Gives what is wrong, or nothing. */
export function timeZoneFault(name: string): Fault | undefined {
  try {
    formatOf(name)
    return undefined
  } catch {
    const meant = closest(name, Intl.supportedValuesOf('timeZone'))
    return {
      why: 'this system knows no zone of that name',
      hint: meant === undefined ? 'write it like Europe/Berlin or UTC' : `did you mean ${JSON.stringify(meant)}?`,
    }
  }
}

/** The minute of the week, from Monday 00:00, that clocks in a zone show. */
export function weekMinutes(timeZone: string | undefined): (time: Date) => number {
  const format = formatOf(timeZone)
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]))
    const day = DAYS.indexOf(parts.get('weekday') ?? '')
    return day * DAY_MINUTES + Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
  }
}

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
}
