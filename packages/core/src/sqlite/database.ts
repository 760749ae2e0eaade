import { DatabaseSync } from 'node:sqlite'
import { SalvageError } from '../error.ts'
import { guarded, isBusy } from './failure.ts'
import type { DatabasePurpose } from './failure.ts'
import { makeDirectory, makeFile } from './file.ts'
import { transaction } from './transaction.ts'

/** How a database of this program is opened. */
export interface DatabaseSettings extends DatabasePurpose {
  /** `PRAGMA application_id`: tells the files of this program apart from each other and from those of others. */
  readonly applicationId: number
  /** One script for each version, the first makes an empty file version 1. */
  readonly migrations: readonly string[]
  /**
   * `full`: what was committed survives a power cut. `normal`: the last commits may be lost, the file stays whole. `off`: it
   * may be damaged then, so it must be of no use any more; a process that dies damages nothing.
   */
  readonly synchronous: 'full' | 'normal' | 'off'
  /** Write-ahead log: readers never wait for writers. */
  readonly wal: boolean
  /** Reads the whole file first; for a small one whose damage must be known before anything is done. */
  readonly check: boolean
}

/** How long a call waits for the other processes, in milliseconds; they write for a few milliseconds at a time. */
const PATIENCE_MS = 5_000

/**
 * Opens the database at `path`; makes the file (0600) and its directory (0700) when they are not there, and brings an
 * older version up. Throws `AREA.VERSION` for a file of a newer version, `AREA.UNREADABLE` for a damaged one, for one
 * of another kind and for one that cannot be read or written, `AREA.BUSY` when others keep it busy.
 *
 * SQLite's locks belong to the process: nothing else in this process may ever open and close the file.
 */
export function openDatabase(path: string, settings: DatabaseSettings): DatabaseSync {
  return guarded(path, settings, () => {
    makeDirectory(path)
    makeFile(path)
    const database = new DatabaseSync(path, { timeout: PATIENCE_MS })
    try {
      checkKind(database, path, settings)
      if (settings.wal) useWriteAheadLog(database)
      database.exec(`PRAGMA synchronous = ${settings.synchronous}`)
      if (settings.check) checkPages(database, path, settings)
      migrate(database, path, settings)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

function checkKind(database: DatabaseSync, path: string, settings: DatabaseSettings): void {
  // Two looks at one moment: in between another process may make the tables.
  database.exec('BEGIN')
  const id = pragma(database, 'application_id')
  const empty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  database.exec('COMMIT')
  if (id === settings.applicationId || (id === 0 && empty)) return
  throw new SalvageError(`${settings.area}.UNREADABLE`, `${path} is not ${settings.what}`, {
    why: 'it is a database of another kind',
    hint: 'give another path',
  })
}

/** The switch does not wait for other connections by itself when two make the same file at once. */
function useWriteAheadLog(database: DatabaseSync): void {
  const end = Date.now() + PATIENCE_MS
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error
      Atomics.wait(pause, 0, 0, 5)
    }
  }
}

function checkPages(database: DatabaseSync, path: string, settings: DatabaseSettings): void {
  const verdict = pragma(database, 'quick_check')
  if (verdict === 'ok') return
  throw new SalvageError(`${settings.area}.UNREADABLE`, `${settings.what} ${path} is damaged`, {
    why: String(verdict).replaceAll(/\s*\n\s*/g, '; '),
    hint: settings.damaged,
  })
}

function migrate(database: DatabaseSync, path: string, settings: DatabaseSettings): void {
  const newest = settings.migrations.length
  if (pragma(database, 'user_version') === newest) return
  transaction(database, () => {
    const version = Number(pragma(database, 'user_version'))
    if (version > newest)
      throw new SalvageError(
        `${settings.area}.VERSION`,
        `${settings.what} ${path} has version ${String(version)}, this program knows up to ${String(newest)}`,
        { why: 'a newer version of salvage-kit wrote it', hint: 'use that version, or a newer one' },
      )
    for (const script of settings.migrations.slice(version)) database.exec(script)
    database.exec(`PRAGMA application_id = ${String(settings.applicationId)}`)
    database.exec(`PRAGMA user_version = ${String(newest)}`)
  })
}
