import { DatabaseSync } from 'node:sqlite'

/** Held until disposed, and no longer than its process lives: the kernel holds it. */
export interface FileLock extends Disposable {
  readonly path: string
}

/**
 * Takes the lock that the file at `path` stands for, which is made when it is not there; waits at most so long for another
 * process. Undefined when that one keeps it. The file is an empty database of SQLite, whose locks work everywhere.
 */
export function takeFileLock(path: string, patienceMs: number): FileLock | undefined {
  const database = new DatabaseSync(path, { timeout: patienceMs })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw error
  }
  return { path, [Symbol.dispose]: () => database.close() }
}

/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5
