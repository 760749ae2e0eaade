import { readFile } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { parseSchedule } from './schedule-file.ts'
import type { ScheduledJob } from './schedule-file.ts'

/** What is scheduled, in the order of the file. */
export interface Schedule {
  readonly jobs: readonly ScheduledJob[]
  /** Of lines that were left out, or read as something else. */
  readonly findings: readonly Finding[]
  /** Everything is paused: the file is called `.disabled`. The jobs are those of that one. */
  readonly isPaused: boolean
}

/** Where the schedule is while everything is paused. */
export function disabledPath(path: string): string {
  return `${path}.disabled`
}

/** Reads the schedule; one that is not there holds nothing. Rejects with `SCHEDULE.UNREADABLE`. */
export async function readSchedule(path: string): Promise<Schedule> {
  const disabled = disabledPath(path)
  // The file may get its other name in between: then it is found by the third look.
  for (const from of [disabled, path, disabled]) {
    const text = await readText(from)
    if (text !== undefined) return scheduleOf(text, from, from === disabled)
  }
  return { jobs: [], findings: [], isPaused: false }
}

function scheduleOf(text: string, from: string, isPaused: boolean): Schedule {
  const lines = parseSchedule(text, from)
  return {
    jobs: lines.flatMap(({ job }) => job ?? []),
    findings: lines.flatMap(({ finding }) => finding ?? []),
    isPaused,
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw unreadable(path, error)
  }
}

/** The error of a schedule that cannot be read or written. */
export function unreadable(path: string, cause: unknown): SalvageError {
  return new SalvageError('SCHEDULE.UNREADABLE', `the schedule ${path} cannot be read or written`, {
    why: errorText(cause),
    hint: 'run as root, and look at the path',
    cause,
  })
}
