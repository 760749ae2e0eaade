import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SalvageError } from '../error.ts'
import { databaseFailure, isBusy, isDamaged } from '../sqlite/failure.ts'
import type { DatabasePurpose } from '../sqlite/failure.ts'
import { makeFile } from '../sqlite/file.ts'

/** For errors. */
export const RUN_LOCK: DatabasePurpose = { area: 'LOCK', what: 'the lock of a run', damaged: 'remove the file' }

/**
 * The life of a run, as a lock of the kernel: an exclusive transaction on a file of its own. It ends with the process,
 * however that ends, and is seen through pid namespaces by everybody who sees the file.
 *
 * All functions here, but for `close`, are called inside a transaction on the table of keys: so nobody locks a file
 * that another one has just removed. Only SQLite may open these files: the kernel drops a process's locks on a file
 * when the process closes any descriptor of it, and SQLite alone takes care of that.
 */
export interface RunFile {
  /** Ends the life; the file stays. Idempotent. */
  close(): void
}

/** The file of a run. Throws `LOCK.RUN_ID` for an id that is no safe file name. */
export function runFilePath(directory: string, runId: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(runId))
    throw new SalvageError('LOCK.RUN_ID', `${JSON.stringify(runId)} cannot be the id of a run`, {
      why: 'an id is letters, digits, dots, dashes and underscores',
      hint: 'make the plan anew',
    })
  return join(directory, `${runId}.lock`)
}

/**
 * Takes the life of a run; undefined while somebody else, in this process or another, has it.
 * Throws `LOCK.UNREADABLE`.
 */
export function takeRunFile(path: string): RunFile | undefined {
  const database = lockFile(path)
  if (database === undefined) return undefined
  return {
    close: () => {
      if (database.isOpen) database.close()
    },
  }
}

/** Whether somebody, in this process or another, has the life of a run. Throws `LOCK.UNREADABLE`. */
export function isAlive(path: string): boolean {
  if (!existsSync(path)) return false
  const database = lockFile(path)
  database?.close()
  return database === undefined
}

/** Removes the file of a run that this process has, or that is dead. */
export function removeRunFile(path: string): void {
  rmSync(path, { force: true })
}

function lockFile(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    makeFile(path)
    database = new DatabaseSync(path, { timeout: 0 })
    // Nothing is ever written, so no second file is needed to take it back.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isBusy(error)) return undefined
    if (!isDamaged(error)) throw databaseFailure(error, path, RUN_LOCK)
    // Its content means nothing, and nobody has it locked.
    removeRunFile(path)
    return lockFile(path)
  }
}
