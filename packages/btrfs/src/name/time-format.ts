import { SalvageError } from '@salvage-kit/core'
import { DIRECTIVES, SHORTHANDS } from './time-directives.ts'
import type { Directive, ReadParts } from './time-directive.ts'

/** Times as they stand in names of snapshots, in local time unless the format holds `%z`. */
export interface TimeFormat {
  /** Whether two times of one second can be told apart: the format holds `%f`. */
  readonly isFine: boolean
  /** Writes a time. `micros` are those beyond the millisecond of `date`, 0 to 999. */
  format(date: Date, micros?: number): string
  /**
   * Reads a time, to the millisecond; undefined when the text is none of this format or a day that never was. Of the hour
   * that a change of clocks repeats it is the first; of the one that is left out, the same time after the change.
   * `_2` and so on at its end, as {@link nextName} writes it, is no part of the time.
   */
  parse(text: string): Date | undefined
}

/** What {@link parseSnapshotName} takes for a time. */
const SAFE = /^[A-Za-z0-9:.,_+-]*$/
const TOKEN = /%(.?)|[^%]+/gs
const REPEAT = /_\d{1,6}$/

/**
 * Reads a format as Python's strftime and strptime do, in English. Throws `BTRFS.SETTINGS` for a directive that is not known
 * or cannot be read back, for one without a whole date, and for a sign that cannot stand in a name.
 */
export function timeFormat(format: string): TimeFormat {
  const parts = tokens(format)
  const seen = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.letter]))
  checkWhole(format, seen)
  const pattern = parts.map((part) => (typeof part === 'string' ? literal(part) : `(${part.directive.pattern})`))
  const expression = new RegExp(`^${pattern.join('')}$`, 'i')
  const readers = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.directive]))
  const read = (text: string): Date | undefined => {
    const match = expression.exec(text)
    return match === null ? undefined : dateOf(readAll(readers, match))
  }
  return {
    isFine: seen.includes('f'),
    format: (date, micros = 0) =>
      parts.map((part) => (typeof part === 'string' ? part : part.directive.write(date, micros))).join(''),
    parse: (text) => read(text) ?? (REPEAT.test(text) ? read(text.replace(REPEAT, '')) : undefined),
  }
}

/** {@link TimeFormat.parse} of a format that is used once. Throws `BTRFS.SETTINGS`. */
export function parseTime(format: string, text: string): Date | undefined {
  return timeFormat(format).parse(text)
}

type Token = string | { readonly letter: string; readonly directive: Directive }

function tokens(format: string): readonly Token[] {
  const long = format.replaceAll(/%(.)/gs, (whole, letter: string) => SHORTHANDS.get(letter) ?? whole)
  return [...long.matchAll(TOKEN)].map(([text, letter]) => {
    if (letter === undefined) return safe(format, text)
    const directive = DIRECTIVES.get(letter)
    if (directive === undefined) throw refused(format, `it holds ${text}, which is not known or cannot be read back`)
    return { letter, directive }
  })
}

function safe(format: string, text: string): string {
  if (SAFE.test(text)) return text
  throw refused(format, 'between its directives stands something else than letters, digits and ":.,_+-"')
}

function checkWhole(format: string, seen: readonly string[]): void {
  const has = (...letters: readonly string[]): boolean => letters.some((letter) => seen.includes(letter))
  if (new Set(seen).size < seen.length) throw refused(format, 'it holds a directive twice')
  if (!has('s') && !(has('Y', 'y') && (has('j') || (has('m', 'b', 'B') && has('d')))))
    throw refused(format, 'it does not hold a whole date: year, month and day')
  if (has('I') !== has('p')) throw refused(format, '%I and %p are of use together only')
  if (!/^%|^\w/.test(format)) throw refused(format, 'it begins with a sign')
}

function refused(format: string, why: string): SalvageError {
  return new SalvageError('BTRFS.SETTINGS', `the format of times ${JSON.stringify(format)} cannot be used`, {
    why,
    hint: 'write DTFORMAT as %Y-%m-%dT%H:%M:%S.%f, or as %Y-%m-%dT%H:%M:%S.%f%z if clocks change where you are',
  })
}

function literal(text: string): string {
  return text.replaceAll(/[.+]/g, String.raw`\$&`)
}

function readAll(readers: readonly Directive[], match: RegExpExecArray): ReadParts {
  const parts: ReadParts = {}
  for (const [at, { read }] of readers.entries()) Object.assign(parts, read?.(match[at + 1] ?? ''))
  return parts
}

/** Undefined for a day that is in no calendar, such as February 30. */
function dateOf(parts: ReadParts): Date | undefined {
  const { epoch, year = 0, month, day, dayOfYear, hour = 0, minute = 0, second = 0, millisecond = 0, offset } = parts
  if (epoch !== undefined) return new Date(epoch * 1000 + millisecond)
  const [monthOfYear, dayOfMonth] = month === undefined || day === undefined ? [1, dayOfYear ?? 0] : [month, day]
  const calendar = new Date(0)
  calendar.setUTCFullYear(year, monthOfYear - 1, dayOfMonth)
  if (calendar.getUTCFullYear() !== year || (day !== undefined && calendar.getUTCDate() !== day)) return undefined
  const [m, d] = [calendar.getUTCMonth(), calendar.getUTCDate()]
  const hours = parts.half === undefined ? hour : (hour % 12) + parts.half
  // What a constructor takes for a year of the last century it is not.
  if (offset === undefined && year >= 100) return new Date(year, m, d, hours, minute, second, millisecond)
  const date = new Date(0)
  if (offset === undefined) {
    date.setFullYear(year, m, d)
    date.setHours(hours, minute, second, millisecond)
  } else {
    date.setUTCFullYear(year, m, d)
    date.setUTCHours(hours, minute - offset, second, millisecond)
  }
  return date
}
