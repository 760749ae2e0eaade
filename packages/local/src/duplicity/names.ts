import type { Moment } from './moment.ts'
import type { Series } from './series.ts'

/** What the name of a file at the far end says. */
export type FarFile =
  | {
      readonly kind: 'set'
      readonly series: Series
      readonly name: string
      /** Of an incremental copy: that which it is built upon. */
      readonly base?: Moment
      readonly time: Moment
      readonly part: 'manifest' | 'volume' | 'signatures'
    }
  | {
      readonly kind: 'note'
      readonly series: Series
      readonly name: string
      readonly time: Moment
      /** `begun`: before a lift; `made`: it is whole; `gone`: the point was removed, and others need its files. */
      readonly says: 'begun' | 'made' | 'gone'
      /** Absent for `gone`. */
      readonly lift?: string
    }

const SERIES = '(?:([a-z0-9-]+)\\.)?'
const TIME = '(\\d{8}T\\d{6}Z)'
const SET = new RegExp(
  `^${SERIES}duplicity-(full|inc|full-signatures|new-signatures)\\.${TIME}(?:\\.to\\.${TIME})?\\.(manifest|vol\\d+\\.difftar|sigtar)`,
)
const NOTE = new RegExp(`^${SERIES}salvage-kit\\.${TIME}(?:\\.([A-Za-z0-9-]+))?\\.(begun|made|gone)$`)

/** Reads a name; undefined for one that is neither duplicity's nor ours. */
export function farFile(name: string): FarFile | undefined {
  const note = NOTE.exec(name)
  if (note !== null) {
    const [, series = '', time = '', lift, says] = note
    if (says !== 'begun' && says !== 'made' && says !== 'gone') return undefined
    return { kind: 'note', series, name, time, says, ...(lift === undefined ? {} : { lift }) }
  }
  const [, series = '', , first = '', last, content] = SET.exec(name) ?? []
  if (content === undefined) return undefined
  const part = content === 'manifest' ? 'manifest' : content === 'sigtar' ? 'signatures' : 'volume'
  return last === undefined
    ? { kind: 'set', series, name, time: first, part }
    : { kind: 'set', series, name, base: first, time: last, part }
}

/** The name of a note. */
export function noteName(prefix: string, time: Moment, says: 'begun' | 'made' | 'gone', lift?: string): string {
  return `${prefix}salvage-kit.${time}.${lift === undefined ? '' : `${lift}.`}${says}`
}
