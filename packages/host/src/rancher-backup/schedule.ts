import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { cronFault } from '../schedule/cron.ts'

/** A schedule in the words of a tide, and what a person should know of it. */
export interface ReadSchedule {
  readonly cron: string
  readonly findings: readonly Finding[]
}

const ALIASES: Readonly<Record<string, string>> = { '@midnight': '@daily', '@annually': '@yearly' }

/**
 * The schedule of rancher-backup: six fields with seconds first, five of them (then the day of the week is left out, and
 * not the second), `?` for `*`, `@daily` and its like, `@every 1h30m`. Rejects with `RANCHER.SETTING`.
 */
export function readSchedule(text: string, now: Date): ReadSchedule {
  const plain = text.trim().replaceAll('?', '*').replaceAll(/\s+/g, ' ')
  const fields = plain.split(' ')
  const isShort = !plain.startsWith('@') && fields.length === 5
  const whole = isShort ? `${plain} *` : (ALIASES[plain.toLowerCase()] ?? plain)
  const parts = whole.split(' ')
  const cron = parts.length === 6 && /^0+$/.test(parts[0] ?? '') ? parts.slice(1).join(' ') : whole
  const fault = cronFault(cron, now)
  if (fault !== undefined)
    throw new SalvageError('RANCHER.SETTING', `cron.schedule: ${JSON.stringify(text)} is not a schedule`, {
      why: fault.why,
      hint: 'write six fields, second minute hour day month weekday, like "0 0 3 * * *", or @daily, or @every 6h',
    })
  const short: Finding = {
    code: 'RANCHER.SCHEDULE_SHORT',
    message: `cron.schedule: ${JSON.stringify(text)} has five fields, and the first of them is the second`,
    why: 'rancher-backup read it so: the field that is left out is the day of the week',
    hint: `write ${JSON.stringify(whole)} when that is meant, "0 ${plain}" when the first one is to be the minute`,
  }
  return { cron, findings: isShort ? [short] : [] }
}
