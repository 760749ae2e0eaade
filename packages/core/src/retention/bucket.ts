/** A rule that keeps the newest point of each of the newest `n` periods. */
export type PeriodRule = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly'

/** The period of UTC that a time lies in: `2026-11-21T08`, `2026-11-21`, `2026-W47` (ISO 8601 week), `2026-11`, `2026`. */
export function bucketOf(rule: PeriodRule, time: Date): string {
  const iso = time.toISOString()
  const year = iso.slice(0, iso.indexOf('-', 1))
  const after = (length: number): string => iso.slice(0, year.length + length)
  switch (rule) {
    case 'hourly':
      return after('-11-21T08'.length)
    case 'daily':
      return after('-11-21'.length)
    case 'weekly':
      return isoWeek(time)
    case 'monthly':
      return after('-11'.length)
    case 'yearly':
      return year
  }
}

const DAY = 86_400_000

/** The week belongs to the year that holds its Thursday. */
function isoWeek(time: Date): string {
  const midnight = Math.floor(time.getTime() / DAY) * DAY
  const weekday = (time.getUTCDay() + 6) % 7
  const thursday = new Date(midnight + (3 - weekday) * DAY)
  const newYear = new Date(thursday)
  newYear.setUTCMonth(0, 1)
  const week = Math.floor((thursday.getTime() - newYear.getTime()) / DAY / 7) + 1
  return `${String(thursday.getUTCFullYear()).padStart(4, '0')}-W${String(week).padStart(2, '0')}`
}
