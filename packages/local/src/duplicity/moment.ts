/** A moment as duplicity writes it into names: `20261121T080000Z`. */
export type Moment = string

/** The moment of a time in seconds since 1970. */
export function momentOf(seconds: number): Moment {
  return new Date(seconds * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

/** ISO 8601 in UTC. */
export function isoOf(moment: Moment): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(moment) ?? []
  if (second === undefined) throw new RangeError(`${JSON.stringify(moment)} is not a moment`)
  return `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second}.000Z`
}

/** Seconds since 1970. */
export function secondsOf(moment: Moment): number {
  return Date.parse(isoOf(moment)) / 1000
}
