import { SalvageError } from '@salvage-kit/core'

/** One part of a pattern, such as `4h`. */
export interface PatternPart {
  readonly text: string
  readonly minutes: number
}

/** `4h:1d:2w:2y`: parts that grow. Those before the last are at least a minute long. */
export interface PurgePattern {
  readonly text: string
  readonly parts: readonly PatternPart[]
  /** The last part: what is older goes. */
  readonly end: PatternPart
}

/** In minutes. A year has 365 days; there are no months, and capitals mean nothing. */
const UNITS: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080, y: 525_600 }
/** Nine digits of years are still counted exactly. */
const PART = /^(\d{1,9})([a-z])$/i
/** More than this is no pattern that anybody wrote. */
const MOST_CHARACTERS = 200

/**
 * Reads a pattern as buttervolume does. Throws `PURGE.PATTERN` with the rule that is broken: a part that is no number with a
 * unit, a unit that is not known, parts that are equal or do not grow, and a first part of nothing before others.
 */
export function parsePattern(text: string): PurgePattern {
  if (text.length > MOST_CHARACTERS) throw refused(text, `it has more than ${String(MOST_CHARACTERS)} characters`)
  const parts = text.split(':').map((part) => parsePart(part, text))
  const end = parts.at(-1)
  if (end === undefined) throw refused(text, 'it is empty')
  const twice = parts.find((part, at) => parts.slice(0, at).some((other) => other.text === part.text))
  if (twice !== undefined) throw refused(text, `it holds ${twice.text} twice`, `write ${twice.text} once`)
  if (parts.some((part, at) => part.minutes <= (parts[at - 1]?.minutes ?? -1)))
    throw refused(text, 'its parts are not in ascending order', 'write the shortest first, as 2h:4h:8h or 30m:2h:1d')
  if (parts.length > 1 && parts[0]?.minutes === 0)
    throw refused(text, `${parts[0].text} is no length of time that others could follow`)
  return { text, parts, end }
}

function parsePart(part: string, text: string): PatternPart {
  const [, digits, unit = ''] = PART.exec(part) ?? []
  if (digits === undefined) throw refused(text, `${JSON.stringify(part.slice(0, 40))} is not a number with a unit`)
  const minutes = UNITS[unit]
  if (minutes !== undefined) return { text: part, minutes: Number(digits) * minutes }
  throw refused(text, `the unit ${unit} is not known`, 'units are m, h, d, w and y: minutes, hours, days, weeks, years')
}

function refused(text: string, why: string, hint = 'write it as 4h:1d:2w:2y or as 2h'): SalvageError {
  return new SalvageError('PURGE.PATTERN', `the purge pattern ${JSON.stringify(text.slice(0, 80))} is not valid`, {
    why,
    hint,
  })
}
