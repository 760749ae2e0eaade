import { findingOf, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { volumeName } from '../name/volume-name.ts'
import { parseAction } from './action.ts'
import type { ScheduledAction } from './action.ts'
import { parseCsvLine } from './csv-line.ts'

/** One job: what is done to a volume every so many minutes. Volume and action together tell jobs apart. */
export interface ScheduledJob {
  readonly volume: string
  readonly action: ScheduledAction
  /** The action as it is written today, such as `purge:4h:1d`. */
  readonly text: string
  readonly minutes: number
  /** False: paused. */
  readonly isActive: boolean
}

/** One line of the file, whether it can be understood or not. */
export interface ScheduleLine {
  /** As it stands there, without its end. */
  readonly raw: string
  /** Counted from 1. */
  readonly number: number
  readonly fields: readonly string[]
  readonly job?: ScheduledJob
  readonly finding?: Finding
}

/** Nine digits of minutes are 1,900 years. */
const MINUTES = /^\d{1,9}$/

/**
 * Takes the file apart; whatever it holds, it is lines. Blank ones and those that begin with `#` say nothing. A line that
 * cannot be understood has a finding (`SCHEDULE.LINE`, `SCHEDULE.TWICE`) and no job; the others are as good as before.
 */
export function parseSchedule(text: string, path: string): readonly ScheduleLine[] {
  const seen = new Map<string, number>()
  const raws = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const last = raws.at(-1) === '' ? raws.slice(0, -1) : raws
  return last.map((raw, at): ScheduleLine => {
    const number = at + 1
    const fields = parseCsvLine(raw) ?? []
    if (raw.trim() === '' || raw.startsWith('#')) return { raw, number, fields: [] }
    const where = `line ${String(number)} of ${path}`
    try {
      const { job, finding } = readJob(raw, fields)
      const key = jobKey(job)
      const earlier = seen.get(key)
      if (earlier !== undefined) return { raw, number, fields, finding: twice(job, where, earlier) }
      seen.set(key, number)
      return { raw, number, fields, job, ...(finding === undefined ? {} : { finding: within(finding, where) }) }
    } catch (error) {
      return { raw, number, fields, finding: notUnderstood(findingOf(error), where) }
    }
  })
}

/** What tells jobs apart. Neither part holds a newline. */
export function jobKey({ volume, text }: Pick<ScheduledJob, 'volume' | 'text'>): string {
  return `${volume}\n${text}`
}

/** A whole number of minutes above 0. Throws `SCHEDULE.TIMER`. */
export function parseMinutes(text: string): number {
  const minutes = MINUTES.test(text) ? Number(text) : 0
  if (minutes > 0) return minutes
  throw new SalvageError('SCHEDULE.TIMER', `${JSON.stringify(text.slice(0, 80))} is no number of minutes`, {
    why: /^\d+$/.test(text) && !/^0+$/.test(text) ? 'it is more than 999999999' : 'it is not a whole number above 0',
    hint: 'write 60 for every hour, 1440 for every day, 10080 for every week',
  })
}

function readJob(raw: string, fields: readonly string[]): { readonly job: ScheduledJob; readonly finding?: Finding } {
  const [volume = '', action = '', timer = '', active = 'True', ...more] = fields.map((field) => field.trim())
  if (fields.length < 3 || more.length > 0)
    throw new SalvageError('SCHEDULE.LINE', `${JSON.stringify(raw.slice(0, 80))} is no line of a schedule`, {
      why: fields.length === 0 ? 'its quotes do not fit' : `it has ${String(fields.length)} columns`,
      hint: 'write NAME,ACTION,MINUTES,True',
    })
  const { finding, ...read } = parseAction(action)
  const job = { volume: volumeName(volume), ...read, minutes: parseMinutes(timer), isActive: parseActive(active) }
  return finding === undefined ? { job } : { job, finding }
}

function parseActive(text: string): boolean {
  if (/^(true|)$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  throw new SalvageError('SCHEDULE.LINE', `${JSON.stringify(text.slice(0, 80))} is neither True nor False`)
}

function within(finding: Finding, where: string): Finding {
  return { ...finding, message: `${where}: ${finding.message}` }
}

function notUnderstood({ message, why, hint }: Finding, where: string): Finding {
  return {
    code: 'SCHEDULE.LINE',
    message: `${where} is left out`,
    why: why === undefined ? message : `${message}: ${why}`,
    ...(hint === undefined ? {} : { hint }),
  }
}

function twice({ volume, text }: ScheduledJob, where: string, earlier: number): Finding {
  return {
    code: 'SCHEDULE.TWICE',
    message: `${where} is left out`,
    why: `${text} of ${volume} is in line ${String(earlier)} already`,
    hint: 'remove one of the lines',
  }
}
