import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import { takeFileLock } from './file-lock.ts'
import type { FileLock } from './file-lock.ts'

/** For schedules whose directory cannot be written. */
const RUNTIME = '/run/salvage-kit/btrfs'

/** The lock of the file that remembers when each job ran. Throws `SCHEDULE.RUNNING`, `SCHEDULE.MEMORY`. */
export function takeMemory(statePath: string): FileLock {
  const path = `${statePath}.lock`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const lock = takeFileLock(path, 0)
    if (lock !== undefined) return lock
  } catch (error) {
    throw new SalvageError('SCHEDULE.MEMORY', `${statePath} cannot be used`, { why: errorText(error), cause: error })
  }
  throw running('another process runs the schedule', `it holds ${path}`)
}

/**
 * The lock of who runs a schedule: with two state directories two processes would do each job twice. Beside the file, so that
 * containers which share its directory share the lock; where that cannot be written, of this machine or container. Throws
 * `SCHEDULE.RUNNING`, `SCHEDULE.UNREADABLE`.
 */
export function takeSchedule(schedulePath: string, statePath: string): FileLock {
  const path = realPath(schedulePath)
  const beside = `${path}.run.lock`
  const inRuntime = join(RUNTIME, `schedule-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.lock`)
  try {
    const lock = takenAt(beside, [inRuntime])
    if (lock !== undefined) return lock
  } catch (error) {
    throw new SalvageError('SCHEDULE.UNREADABLE', `nobody can tell whether ${path} is run already`, {
      why: errorText(error),
      cause: error,
    })
  }
  throw running(
    `another process runs the schedule ${path}`,
    `it holds ${beside}, and its state directory is not ${dirname(statePath)}`,
  )
}

/** At the first of these places that can be written. */
function takenAt(path: string, others: readonly string[]): FileLock | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true })
    // What it may only read, SQLite opens for reading, and then locks it against nobody.
    if (existsSync(path)) accessSync(path, constants.W_OK)
    return takeFileLock(path, 0)
  } catch (error) {
    const [next, ...rest] = others
    if (next === undefined || !mayNotWrite(error)) throw error
    return takenAt(next, rest)
  }
}

/** https://sqlite.org/rescode.html: READONLY, CANTOPEN. */
function mayNotWrite(error: unknown): boolean {
  const code = errorCode(error)
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return true
  return error instanceof Error && 'errcode' in error && [8, 14].includes(Number(error.errcode) & 0xff)
}

/** Of the file, however it is called here; it may be paused, or not be there yet. */
function realPath(path: string): string {
  for (const [place, rest] of [
    [path, ''],
    [dirname(path), basename(path)],
  ] as const)
    try {
      return join(realpathSync(place), rest)
    } catch {
      // Whoever uses it is told what is wrong with it.
    }
  return path
}

function running(message: string, why: string): SalvageError {
  return new SalvageError('SCHEDULE.RUNNING', message, {
    why,
    hint: 'stop the daemon or plugin that runs it, or leave it to that one',
  })
}
