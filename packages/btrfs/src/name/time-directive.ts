/** What one or several directives say of a time. */
export interface ReadParts {
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  hour?: number
  /** 0 or 12: before or after noon. */
  half?: number
  minute?: number
  second?: number
  millisecond?: number
  /** Minutes east of Greenwich. */
  offset?: number
  /** Seconds since 1970. */
  epoch?: number
}

/** How one directive of a format is written and read. Patterns hold no group and are those of Python's strptime, in ASCII. */
export interface Directive {
  readonly pattern: string
  /** `micros` are beyond the millisecond of `date`. */
  readonly write: (date: Date, micros: number) => string
  /** Absent for what follows from the rest, such as the day of the week. */
  readonly read?: (text: string) => ReadParts
}

/** Digits, so many of them. */
export function numberDirective(
  width: number,
  value: (date: Date) => number,
  pattern: string,
  read: (value: number) => ReadParts,
): Directive {
  return { pattern, write: (date) => digits(value(date), width), read: (text) => read(Number(text)) }
}

/** One of several words, in any case. */
export function nameDirective(
  all: readonly string[],
  value: (date: Date) => number,
  read?: (at: number) => ReadParts,
): Directive {
  const lower = all.map((name) => name.toLowerCase())
  return {
    pattern: all.join('|'),
    write: (date) => all[value(date)] ?? '',
    ...(read === undefined ? {} : { read: (text) => read(lower.indexOf(text.toLowerCase())) }),
  }
}

/** A number with zeros before it. */
export function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
