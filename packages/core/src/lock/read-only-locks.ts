import { DatabaseSync } from 'node:sqlite'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { SalvageError } from '../error.ts'
import { databaseFailure, isBusy } from '../sqlite/failure.ts'
import type { Locks } from './locks.ts'
import { RUN_LOCK, runFilePath } from './run-file.ts'

/**
 * The locks of a state directory that cannot be written: they tell the living from the dead, and keep nobody off. `acquire`
 * rejects with `LOCK.UNREADABLE`; so does `adopt` when a lock cannot be read.
 */
export function readOnlyLocks(directory: string): Locks {
  return {
    acquire: async () => {
      throw new SalvageError('LOCK.UNREADABLE', `no lock can be taken in ${directory}`, {
        why: 'it cannot be written',
        hint: 'run salvage-kit as somebody who may write there, or name another state directory with --state DIR',
      })
    },
    adopt: async (runId) => {
      const path = runFilePath(directory, runId)
      if (existsSync(path) && isHeld(path)) return undefined
      return { runId, [Symbol.asyncDispose]: async () => Promise.resolve() }
    },
  }
}

/** Nobody can read a file that is locked for one alone. */
function isHeld(path: string): boolean {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(pathToFileURL(path), { readOnly: true, timeout: 0 })
    database.prepare('SELECT 1 FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (isBusy(error)) return true
    throw databaseFailure(error, path, RUN_LOCK)
  } finally {
    database?.close()
  }
}
