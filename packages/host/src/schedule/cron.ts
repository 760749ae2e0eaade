import { Cron } from 'croner'
import { afterEvery, beforeEvery, everyMs } from './every.ts'

/** What is wrong with a schedule, and what to write instead. */
export interface Fault {
  readonly why: string
  readonly hint: string
}

/** The times that a cron text names. */
export interface CronTimes {
  /** The first one after a time, which itself does not count; undefined when there is none. */
  after(time: Date): Date | undefined
  /** The last one before a time, which itself does not count. */
  before(time: Date): Date | undefined
}

const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
const HINT =
  'write five fields, minute hour day month weekday, like "0 3 * * *", six with seconds first, @daily, or @every 6h'

/**
 * Checks a schedule: five fields, six with seconds first, a nickname such as `@daily`, or `@every 6h`, and there must be a
 * time at which it is due. Gives what is wrong, or nothing.
 */
export function cronFault(text: string, now: Date): Fault | undefined {
  const pattern = text.trim()
  if (everyMs(pattern) !== undefined) return undefined
  if (pattern.startsWith('@every')) return { why: '@every takes a span of a second or more, such as 1h30m', hint: HINT }
  if (pattern.startsWith('@')) {
    if (!NICKNAMES.includes(pattern.toLowerCase()))
      return { why: `the nicknames are ${NICKNAMES.join(', ')}`, hint: HINT }
  } else {
    const fields = pattern === '' ? 0 : pattern.split(/\s+/).length
    if (fields !== 5 && fields !== 6) return { why: `it has ${String(fields)} fields, not five or six`, hint: HINT }
    // It would stand for the time at which the schedule was read.
    if (pattern.includes('?')) return { why: '"?" means nothing here, * is any', hint: HINT }
  }
  try {
    const due = cronTimes(pattern).after(now)
    return due === undefined ? { why: 'no date matches it, it would never be due', hint: HINT } : undefined
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
    return { why, hint: HINT }
  }
}

/**
 * The times of a schedule that {@link cronFault} finds nothing wrong with, in a zone or in that of this process. Day of
 * month and day of week, when both are said, are joined: either will do. Fixed times that the clock leaves out in spring
 * are due at once after the gap, and those that it repeats in autumn are due the first time; of a rhythm (`*`, a step)
 * what is left out is left out, and what comes twice is due twice. `@every` knows no clock but UTC.
 */
export function cronTimes(text: string, timeZone?: string): CronTimes {
  const ms = everyMs(text)
  if (ms !== undefined) return { after: (time) => afterEvery(ms, time), before: (time) => beforeEvery(ms, time) }
  const cron = new Cron(text.trim(), {
    mode: '5-or-6-parts',
    paused: true,
    sloppyRanges: true,
    fixedTimeRule: 'no-wildcard',
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
  })
  return {
    after: (time) => cron.nextRun(time) ?? undefined,
    before: (time) => cron.previousRuns(1, time)[0],
  }
}
