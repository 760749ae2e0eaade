import { digits, nameDirective, numberDirective } from './time-directive.ts'
import type { Directive, ReadParts } from './time-directive.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const short = (name: string): string => name.slice(0, 3)
const DAY_MS = 86_400_000

/** Short ways to write several directives. https://docs.python.org/3/library/datetime.html#format-codes */
export const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['R', '%H:%M'],
  ['h', '%b'],
])

/** By their letters. No `%Z`: the name of a zone does not say which time it is; no `%%`: it cannot stand in a name. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [
    'Y',
    numberDirective(
      4,
      (date) => date.getFullYear(),
      String.raw`\d{4}`,
      (year) => ({ year }),
    ),
  ],
  [
    'y',
    numberDirective(
      2,
      (date) => date.getFullYear() % 100,
      String.raw`\d{2}`,
      (year) => ({ year: year + (year < 69 ? 2000 : 1900) }),
    ),
  ],
  [
    'm',
    numberDirective(
      2,
      (date) => date.getMonth() + 1,
      '1[0-2]|0[1-9]|[1-9]',
      (month) => ({ month }),
    ),
  ],
  [
    'd',
    numberDirective(
      2,
      (date) => date.getDate(),
      String.raw`3[01]|[12]\d|0[1-9]|[1-9]`,
      (day) => ({ day }),
    ),
  ],
  [
    'j',
    numberDirective(
      3,
      dayOfYear,
      String.raw`36[0-6]|3[0-5]\d|[12]\d{2}|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]`,
      (day) => ({
        dayOfYear: day,
      }),
    ),
  ],
  [
    'H',
    numberDirective(
      2,
      (date) => date.getHours(),
      String.raw`2[0-3]|[01]\d|\d`,
      (hour) => ({ hour }),
    ),
  ],
  [
    'I',
    numberDirective(
      2,
      (date) => ((date.getHours() + 11) % 12) + 1,
      '1[0-2]|0[1-9]|[1-9]',
      (hour) => ({ hour }),
    ),
  ],
  [
    'p',
    {
      pattern: 'am|pm',
      write: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
      read: (text) => ({ half: text.toLowerCase() === 'am' ? 0 : 12 }),
    },
  ],
  [
    'M',
    numberDirective(
      2,
      (date) => date.getMinutes(),
      String.raw`[0-5]\d|\d`,
      (minute) => ({ minute }),
    ),
  ],
  [
    'S',
    numberDirective(
      2,
      (date) => date.getSeconds(),
      String.raw`6[01]|[0-5]\d|\d`,
      (second) => ({ second }),
    ),
  ],
  [
    'f',
    {
      pattern: String.raw`\d{1,6}`,
      write: (date, micros) => digits(date.getMilliseconds(), 3) + digits(micros, 3),
      read: (text) => ({ millisecond: Number(text.padEnd(3, '0').slice(0, 3)) }),
    },
  ],
  [
    'b',
    nameDirective(
      MONTHS.map(short),
      (date) => date.getMonth(),
      (month) => ({ month: month + 1 }),
    ),
  ],
  [
    'B',
    nameDirective(
      MONTHS,
      (date) => date.getMonth(),
      (month) => ({ month: month + 1 }),
    ),
  ],
  ['a', nameDirective(DAYS.map(short), (date) => date.getDay())],
  ['A', nameDirective(DAYS, (date) => date.getDay())],
  [
    's',
    {
      pattern: String.raw`\d{1,11}`,
      write: (date) => String(Math.floor(date.getTime() / 1000)),
      read: (text) => ({ epoch: Number(text) }),
    },
  ],
  [
    'z',
    {
      pattern: String.raw`[+-]\d{2}:?[0-5]\d|Z`,
      write: (date) => offsetText(-date.getTimezoneOffset()),
      read: readOffset,
    },
  ],
])

function dayOfYear(date: Date): number {
  const day = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return (day - Date.UTC(date.getFullYear(), 0, 1)) / DAY_MS + 1
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60), 2)}${digits(size % 60, 2)}`
}

function readOffset(text: string): ReadParts {
  if (text.toUpperCase() === 'Z') return { offset: 0 }
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))]
  return { offset: (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) }
}
