import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { volumeName } from '../name/volume-name.ts'
import { parseAction } from './action.ts'
import { formatCsvLine } from './csv-line.ts'
import { takeFileLock } from './file-lock.ts'
import { disabledPath, unreadable } from './read-schedule.ts'
import { replaceFile, syncDirectory } from './replace-file.ts'
import { parseMinutes, parseSchedule } from './schedule-file.ts'
import type { ScheduleLine } from './schedule-file.ts'

/** Which job is meant. The action is as in {@link parseAction}; one that stands in the file is known as it stands there too. */
export interface JobName {
  readonly volume: string
  readonly action: string
}

/** How long a change waits for another one; one takes milliseconds. */
const PATIENCE_MS = 10_000

/**
 * Schedules a job, or changes how often it runs and resumes it. What is odd about it is told. Throws `SCHEDULE.ACTION`,
 * `SCHEDULE.TIMER`, `VOLUME.NAME`, `SCHEDULE.PAUSED`, `SCHEDULE.BUSY`, `SCHEDULE.UNREADABLE`; then nothing was changed.
 */
export function scheduleJob(path: string, job: JobName & { readonly minutes: string | number }): readonly Finding[] {
  const minutes = parseMinutes(String(job.minutes))
  const { text, finding } = parseAction(job.action)
  const raw = formatCsvLine([volumeName(job.volume), text, String(minutes), 'True'])
  changeFile(path, (lines) => {
    const at = lines.findIndex((line) => isJob(line, job))
    return at < 0 ? [...lines.map((line) => line.raw), raw] : lines.map((line, n) => (n === at ? raw : line.raw))
  })
  return finding === undefined ? [] : [finding]
}

/** Takes a job off; says whether there was one. Throws `SCHEDULE.PAUSED`, `SCHEDULE.BUSY`, `SCHEDULE.UNREADABLE`. */
export function unscheduleJob(path: string, job: JobName): boolean {
  return changeFile(path, (lines) => lines.filter((line) => !isJob(line, job)).map((line) => line.raw))
}

/** Pauses one job; says whether there is one. Throws as {@link unscheduleJob}. */
export function pauseJob(path: string, job: JobName): boolean {
  return setActive(path, job, false)
}

/** Ends the pause of one job; says whether there is one. Throws as {@link unscheduleJob}. */
export function resumeJob(path: string, job: JobName): boolean {
  return setActive(path, job, true)
}

/**
 * Pauses everything: the file gets another name, as in buttervolume. True also when it was so already; false when there is
 * no schedule. Throws `SCHEDULE.BUSY`, `SCHEDULE.UNREADABLE`.
 */
export function pauseAll(path: string): boolean {
  return locked(path, () => {
    if (existsSync(disabledPath(path))) return true
    if (!existsSync(path)) return false
    move(path, disabledPath(path))
    return true
  })
}

/**
 * Ends the pause of everything; false when there was none. Throws `SCHEDULE.BUSY`, `SCHEDULE.UNREADABLE`, and
 * `SCHEDULE.CONFLICT` when there is another schedule by now, which would be lost.
 */
export function resumeAll(path: string): boolean {
  return locked(path, () => {
    if (!existsSync(disabledPath(path))) return false
    if (existsSync(path) && readFileSync(path, 'utf8').trim() !== '') throw conflict(path)
    move(disabledPath(path), path)
    return true
  })
}

function setActive(path: string, job: JobName, isActive: boolean): boolean {
  let isFound = false
  changeFile(path, (lines) =>
    lines.map((line) => {
      if (!isJob(line, job) || line.job === undefined) return line.raw
      isFound = true
      const { volume, text, minutes } = line.job
      return formatCsvLine([volume, text, String(minutes), isActive ? 'True' : 'False'])
    }),
  )
  return isFound
}

function isJob(line: ScheduleLine, { volume, action }: JobName): boolean {
  const [name, text] = line.fields.map((field) => field.trim())
  if (name !== volume || text === undefined) return false
  return text === action || canonical(text) === canonical(action)
}

function canonical(action: string): string {
  try {
    return parseAction(action).text
  } catch (error) {
    if (isSalvageError(error)) return action
    throw error
  }
}

/** Lines that are not understood stay as they are. Says whether the file is another one than before. */
function changeFile(path: string, change: (lines: readonly ScheduleLine[]) => readonly string[]): boolean {
  return locked(path, () => {
    if (existsSync(disabledPath(path))) throw paused()
    const before = existsSync(path) ? parseSchedule(readFileSync(path, 'utf8'), path) : []
    const after = change(before)
    if (after.length === before.length && after.every((raw, at) => raw === before[at]?.raw)) return false
    // The ends of lines are those of buttervolume, so that one that is read there is read as it was written.
    replaceFile(path, after.map((raw) => `${raw}\r\n`).join(''))
    return true
  })
}

function locked<T>(path: string, work: () => T): T {
  try {
    mkdirSync(dirname(path), { recursive: true })
    using lock = takeFileLock(`${path}.lock`, PATIENCE_MS)
    if (lock === undefined) throw busy(path)
    return work()
  } catch (error) {
    if (isSalvageError(error)) throw error
    throw unreadable(path, error)
  }
}

function move(from: string, to: string): void {
  renameSync(from, to)
  syncDirectory(dirname(to))
}

function paused(): SalvageError {
  return new SalvageError('SCHEDULE.PAUSED', 'Schedule is globally paused', {
    hint: 'resume it with `salvage-kit volume scheduled resume`',
    untouched: true,
  })
}

function busy(path: string): SalvageError {
  return new SalvageError('SCHEDULE.BUSY', `the schedule ${path} is being changed by another process`, {
    retryable: true,
    untouched: true,
  })
}

function conflict(path: string): SalvageError {
  return new SalvageError('SCHEDULE.CONFLICT', 'there are two schedules', {
    why: `${disabledPath(path)} was to become ${path}, which somebody made meanwhile`,
    hint: 'keep the lines that you want in one of them and remove the other one',
    untouched: true,
  })
}
