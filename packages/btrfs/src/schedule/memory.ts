import { readFileSync } from 'node:fs'
import { errorText } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { ClockBefore, ClockOffset } from './clock-watch.ts'
import { inThisBoot, isOfThisBoot } from './clock.ts'
import type { Moment } from './clock.ts'
import { replaceFile } from './replace-file.ts'
import { jobKey } from './schedule-file.ts'
import type { ScheduledJob } from './schedule-file.ts'
import { scheduleMemory } from './schema.ts'
import type { Remembered, ScheduleMemory } from './schema.ts'

/** What outlives the process. */
export interface Memory {
  readonly clock: ClockBefore
  /** What is known of a job. Of one that is seen for the first time: that it ran a day ago, as in buttervolume. */
  of(job: ScheduledJob, now: Moment): Remembered
  set(job: ScheduledJob, remembered: Omit<Remembered, 'volume' | 'action'>): void
  /** Writes it down as a whole if there is news. A finding (`SCHEDULE.MEMORY`) when that fails; then it is news still. */
  save(clock: ClockOffset): Finding | undefined
}

const DAY_MS = 86_400_000
/** A job that left the file is forgotten after this. */
const FORGET_MS = 400 * DAY_MS

/**
 * Opens the file. One that is damaged is as good as none, with a finding (`SCHEDULE.MEMORY`); only the scheduler that holds
 * the lock may open it.
 */
export function openMemory(path: string, now: Moment): { readonly memory: Memory; readonly finding?: Finding } {
  const { stored, finding } = load(path)
  const runs = new Map<string, Remembered>()
  for (const { volume, action, last, waiting } of stored?.runs ?? [])
    runs.set(jobKey({ volume, text: action }), {
      volume,
      action,
      last: inThisBoot(last, now),
      ...(waiting === undefined ? {} : { waiting: { ...waiting, taken: inThisBoot(waiting.taken, now) } }),
    })
  // What is of an earlier boot is written down as seen from here, so that no restart with a wrong clock makes it anew.
  let isNews = stored?.runs.some(({ last }) => !isOfThisBoot(last, now)) === true
  const memory: Memory = {
    clock: {
      ...(isNews || stored?.clock === undefined ? {} : { offset: stored.clock }),
      ...(stored === undefined || stored.runs.length === 0 ? {} : { lastSeen: latest(stored.runs) }),
    },
    of: (job, moment) => {
      const known = runs.get(jobKey(job))
      if (known !== undefined) return known
      const first = { volume: job.volume, action: job.text, last: aDayBefore(moment) }
      runs.set(jobKey(job), first)
      isNews = true
      return first
    },
    set: (job, remembered) => {
      runs.set(jobKey(job), { volume: job.volume, action: job.text, ...remembered })
      isNews = true
    },
    save: (offset) => {
      if (!isNews) return undefined
      const young = [...runs.values()].filter(({ last }) => now.uptimeMs - last.uptimeMs < FORGET_MS)
      try {
        replaceFile(path, `${JSON.stringify({ version: 1, clock: offset, runs: young })}\n`)
        isNews = false
        return undefined
      } catch (error) {
        return unwritten(path, error)
      }
    },
  }
  return { memory, ...(finding === undefined ? {} : { finding }) }
}

function load(path: string): { readonly stored?: ScheduleMemory; readonly finding?: Finding } {
  try {
    return { stored: scheduleMemory.parse(JSON.parse(readFileSync(path, 'utf8'))) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    const why = errorText(error).slice(0, 200)
    return { finding: { code: 'SCHEDULE.MEMORY', message: `${path} cannot be read, so it begins anew`, why } }
  }
}

function latest(runs: readonly Remembered[]): Date {
  return new Date(Math.max(...runs.map(({ last }) => last.time.getTime())))
}

function aDayBefore({ time, uptimeMs, bootId }: Moment): Moment {
  return { time: new Date(time.getTime() - DAY_MS), uptimeMs: uptimeMs - DAY_MS, bootId }
}

function unwritten(path: string, error: unknown): Finding {
  return {
    code: 'SCHEDULE.MEMORY',
    message: `${path} cannot be written`,
    why: errorText(error),
    hint: 'make room; until then jobs that ran run once more after a restart',
  }
}
