import { Cron } from 'croner'

/** What is wrong with a schedule, and what to write instead. */
export interface CronFault {
  readonly why: string
  readonly hint: string
}

const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
const HINT = 'write five fields, minute hour day month weekday, like "0 3 * * *", or @daily'

/**
 * Checks a schedule: five fields or a nickname such as `@daily`, and there must be a time at which it is due.
 * Gives what is wrong, or nothing.
 */
export function cronFault(text: string, now: Date): CronFault | undefined {
  const pattern = text.trim()
  if (pattern.startsWith('@')) {
    if (!NICKNAMES.includes(pattern.toLowerCase()))
      return { why: `the nicknames are ${NICKNAMES.join(', ')}`, hint: HINT }
  } else {
    const fields = pattern === '' ? 0 : pattern.split(/\s+/).length
    if (fields !== 5) return { why: `it has ${String(fields)} fields, not five`, hint: HINT }
  }
  try {
    const due = schedule(pattern).nextRun(now)
    return due === null ? { why: 'no date matches it, it would never be due', hint: HINT } : undefined
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
    return { why, hint: HINT }
  }
}

/** The first time after `now` at which the schedule is due, in the zone of this process; undefined when there is none. */
export function nextDue(cron: string, now: Date): Date | undefined {
  return schedule(cron.trim()).nextRun(now) ?? undefined
}

function schedule(pattern: string): Cron {
  return new Cron(pattern, { mode: '5-part', paused: true, sloppyRanges: true })
}
