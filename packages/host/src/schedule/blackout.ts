import type { Fault } from './cron.ts'
import { DAY_MINUTES, WEEK_MINUTES, weekMinutes } from './time-zone.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const WINDOW = /^(?:([a-z]{3}(?:[-,][a-z]{3})*)\s+)?(\d\d?):(\d\d)-(\d\d?):(\d\d)$/
const HINT = 'write it like "mon-fri 08:00-18:00" or "22:00-06:00"'
const MINUTE_MS = 60_000
/** No clock is set forward by more at once. */
const LONGEST_GAP = 180

/** Times of the week in which no run begins. */
export interface Blackout {
  /** The first moment from `time` on that lies in no window: `time` itself when it lies in none. */
  clear(time: Date): Date
}

/**
 * Checks windows: `HH:MM-HH:MM`, every day or on the days that stand before it; one that ends before it begins goes on
 * into the next day. Gives what is wrong with the first that is wrong, and says so when they leave no time at all.
 */
export function blackoutFault(texts: readonly string[]): (Fault & { readonly text: string }) | undefined {
  for (const text of texts) {
    const why = typeof read(text) === 'string' ? read(text) : undefined
    if (typeof why === 'string') return { text, why, hint: HINT }
  }
  if (!weekOf(texts).includes(0)) return { text: texts.join(', '), why: 'no time is left for a run', hint: HINT }
  return undefined
}

/** Windows that {@link blackoutFault} finds nothing wrong with, as clocks in the zone show them. */
export function blackout(texts: readonly string[], timeZone: string | undefined): Blackout {
  const week = weekOf(texts)
  const minuteOf = weekMinutes(timeZone)
  const isDark = (time: Date): boolean => week[minuteOf(time)] === 1
  return {
    clear: (time) => {
      let at = time
      // Clocks that are set back lead into the window again.
      while (isDark(at)) at = end(at, week, minuteOf, isDark)
      return at
    },
  }
}

/** Where the window around `at` ends if the clocks are not set until then, corrected if they were set forward. */
function end(at: Date, week: Uint8Array, minuteOf: (time: Date) => number, isDark: (time: Date) => boolean): Date {
  const begin = minuteOf(at)
  let length = 1
  while (week[(begin + length) % WEEK_MINUTES] === 1) length += 1
  let found = Math.floor(at.getTime() / MINUTE_MS) + length
  const beyond = (minuteOf(new Date(found * MINUTE_MS)) - begin - length + 2 * WEEK_MINUTES) % WEEK_MINUTES
  if (beyond > 0 && beyond <= LONGEST_GAP) {
    found -= beyond
    while (isDark(new Date(found * MINUTE_MS))) found += 1
  }
  return new Date(found * MINUTE_MS)
}

/** One cell for each minute of the week, 1 for a dark one. */
function weekOf(texts: readonly string[]): Uint8Array {
  const week = new Uint8Array(WEEK_MINUTES)
  for (const text of texts) {
    const window = read(text)
    if (typeof window === 'string') continue
    for (const day of window.days)
      for (let n = 0; n < window.length; n += 1) week[(day * DAY_MINUTES + window.begin + n) % WEEK_MINUTES] = 1
  }
  return week
}

interface Window {
  readonly days: readonly number[]
  /** Minute of the day. */
  readonly begin: number
  readonly length: number
}

/** The window that a text says, or what is wrong with it. */
function read(text: string): Window | string {
  const [, names, ...times] = WINDOW.exec(text.trim().toLowerCase()) ?? []
  const [fromHour, fromMinute, toHour, toMinute] = times.map(Number)
  if (fromHour === undefined || fromMinute === undefined || toHour === undefined || toMinute === undefined)
    return 'a window is days, if not all, and from when until when'
  const begin = fromHour * 60 + fromMinute
  const until = toHour * 60 + toMinute
  if (fromMinute > 59 || toMinute > 59 || begin >= DAY_MINUTES || until > DAY_MINUTES) return 'there is no such time'
  if (begin === until) return 'it begins when it ends; a whole day is 00:00-24:00'
  const days = names === undefined ? DAYS.keys().toArray() : names.split(',').flatMap(daysOf)
  if (days.includes(-1)) return `the days are ${DAYS.join(', ')}`
  return { days, begin, length: (until - begin + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES }
}

/** `mon`, or `fri-mon`; -1 among them for what is no day. */
function daysOf(text: string): readonly number[] {
  const [first = '', last = first, ...more] = text.split('-')
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)]
  if (from < 0 || to < 0 || more.length > 0) return [-1]
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, n) => (from + n) % 7)
}
