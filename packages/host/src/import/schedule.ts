import { cronFault } from '../schedule/cron.ts'
import { everyMs } from '../schedule/every.ts'

/** A schedule in salvage-kit's words; absent when there is none. */
export interface ImportedSchedule {
  readonly cron?: string
  readonly timeZone?: string
  readonly notes: readonly string[]
}

/** Says the schedule of another tool: `?` is `*`, seconds that are no use are dropped, what cannot be said is a note. */
export function importedSchedule(text: string, timeZone: string | undefined, now: Date): ImportedSchedule {
  const zone = zoneOf(timeZone)
  const plain = text.trim().replaceAll('?', '*')
  const fields = plain.split(/\s+/)
  if (everyMs(plain) !== undefined)
    return {
      cron: plain,
      ...zone,
      notes: [
        '@every was counted from the start of the container on; here its times are the same whenever the daemon starts',
      ],
    }
  const cron = fields.length === 6 && fields[0] === '0' ? fields.slice(1).join(' ') : plain
  const fault = cronFault(cron, now)
  if (fault === undefined) return { cron, ...zone, notes: [] }
  const shorter = fields.slice(1).join(' ')
  if (fields.length === 6 && cronFault(shorter, now) === undefined)
    return { cron: shorter, ...zone, notes: [`the schedule was ${JSON.stringify(text)}: its seconds are left out`] }
  return {
    ...zone,
    notes: [`no schedule: ${JSON.stringify(text)} cannot be said here (${fault.why}); write a cron line`],
  }
}

function zoneOf(timeZone: string | undefined): { readonly timeZone?: string } {
  try {
    return timeZone === undefined || timeZone === '' ? {} : { timeZone: zoneName(timeZone) }
  } catch {
    return {}
  }
}

/** Throws for a zone that is not known. */
function zoneName(timeZone: string): string {
  new Intl.DateTimeFormat('en', { timeZone }).format()
  return timeZone
}
