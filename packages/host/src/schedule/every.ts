const PART = /(\d+(?:\.\d+)?)(h|m|s)/g
const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }

/**
 * The milliseconds of `@every 1h30m`, in whole seconds; undefined for anything else, and for less than a second. As the
 * schedulers read it that know this form: hours, minutes and seconds, each with or without a fraction.
 */
export function everyMs(text: string): number | undefined {
  const [, span = ''] = /^@every\s+((?:\d+(?:\.\d+)?[hms])+)$/.exec(text.trim()) ?? []
  const seconds = [...span.matchAll(PART)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (SECONDS[unit] ?? 0),
    0,
  )
  return seconds >= 1 ? Math.floor(seconds) * 1000 : undefined
}

/** The first multiple of a span after a time: what is due every hour is due at the full hour, whenever somebody asks. */
export function afterEvery(ms: number, time: Date): Date {
  return new Date((Math.floor(time.getTime() / ms) + 1) * ms)
}

/** The last multiple of a span before a time. */
export function beforeEvery(ms: number, time: Date): Date {
  return new Date((Math.ceil(time.getTime() / ms) - 1) * ms)
}
