import { cronFault } from '../schedule/cron.ts'

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
  const every = /^@every\s+(\d+)([mh])$/.exec(plain)
  if (every !== null) return { ...fromEvery(Number(every[1]), every[2] === 'h'), ...zone }
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

function fromEvery(count: number, hours: boolean): Pick<ImportedSchedule, 'cron' | 'notes'> {
  const divides = hours ? 24 % count === 0 : 60 % count === 0
  const notes = [`the schedule was @every ${String(count)}${hours ? 'h' : 'm'}, from the start of the container on`]
  if (count === 0 || !divides) return { notes: [...notes, 'write a cron line that comes near it'] }
  if (hours) return { cron: count === 24 ? '0 0 * * *' : `0 */${String(count)} * * *`, notes }
  return { cron: count === 60 ? '0 * * * *' : `*/${String(count)} * * * *`, notes }
}
