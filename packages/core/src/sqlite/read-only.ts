import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { SalvageError } from '../error.ts'
import type { DatabaseSettings } from './database.ts'
import { guarded } from './failure.ts'

/** How a file is opened. */
export interface OpenFile {
  readonly readOnly?: boolean
}

/**
 * Opens a database that is there and must not, or cannot, be changed: its file system is read-only, or it belongs to
 * somebody else. What is written to it then throws `AREA.UNREADABLE`. Throws `AREA.VERSION` for a file of another version,
 * `AREA.UNREADABLE` for one that cannot be read.
 */
export function openReadOnly(path: string, settings: DatabaseSettings): DatabaseSync {
  return guarded(path, settings, () => {
    const database = new DatabaseSync(address(path), { readOnly: true })
    try {
      const row = database.prepare('SELECT * FROM pragma_application_id, pragma_user_version').get()
      const [id, version] = [row?.['application_id'], row?.['user_version']]
      if (id !== settings.applicationId) throw refused(path, settings, 'UNREADABLE', 'it is a database of another kind')
      if (version !== settings.migrations.length)
        throw refused(path, settings, 'VERSION', `it has version ${String(version)} and may not be brought up here`)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/**
 * A write-ahead log wants a file beside it, which cannot be made here. A database that nobody left open has no log, and is
 * read as it stands. https://sqlite.org/wal.html#read_only_databases
 */
function address(path: string): URL {
  const url = pathToFileURL(path)
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (log === undefined || log.size === 0) url.searchParams.set('immutable', '1')
  return url
}

function refused(path: string, { area, what }: DatabaseSettings, reason: string, why: string): SalvageError {
  return new SalvageError(`${area}.${reason}`, `${what} ${path} cannot be read`, {
    why,
    hint: 'run salvage-kit as somebody who may write there, or give another path',
  })
}
