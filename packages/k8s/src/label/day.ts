/** A day of the calendar, `YYYY-MM-DD`: days compare as their texts do. */
export type Day = string

const DAY_MS = 86_400_000
const FORMATS = new Map<string, Intl.DateTimeFormat>()

/**
 * The day that it is in a time zone at some moment. `zone` is a name of the IANA database, such as `Europe/Vienna`; throws a
 * `RangeError` when there is none of that name.
 */
export function dayIn(zone: string, moment: Date): Day {
  return clockIn(zone, moment).slice(0, 'YYYY-MM-DD'.length)
}

/** Day and time in a zone, to the second, as names of snapshots have it: `2026-11-21-180501`. */
export function timestampIn(zone: string, moment: Date): string {
  const clock = clockIn(zone, moment)
  return `${clock.slice(0, 'YYYY-MM-DD'.length)}-${clock.slice('YYYY-MM-DD '.length).replaceAll(':', '')}`
}

/** `2026-11-21 18:05:01`. */
function clockIn(zone: string, moment: Date): string {
  let format = FORMATS.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    FORMATS.set(zone, format)
  }
  return format.format(moment)
}

/** Days of the calendar later, or earlier when negative. No zone has a say in it, so no change of clocks has either. */
export function addDays(day: Day, days: number): Day {
  return textOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS))
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Undefined when the text is not a day that there is: `2026-02-30`, `2026-1-5`, `never` and the empty text are none. */
export function parseDay(text: string): Day | undefined {
  if (!DAY.test(text)) return undefined
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(time) || textOf(new Date(time)) !== text ? undefined : text
}

/** The week of ISO 8601 and the year that it belongs to: the one that holds its Thursday. */
export function isoWeekOf(day: Day): { readonly year: number; readonly week: number } {
  const time = Date.parse(`${day}T00:00:00Z`)
  const weekday = (new Date(time).getUTCDay() + 6) % 7
  const thursday = new Date(time + (3 - weekday) * DAY_MS)
  const year = thursday.getUTCFullYear()
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1 }
}

function textOf(date: Date): Day {
  return date.toISOString().slice(0, 'YYYY-MM-DD'.length)
}
