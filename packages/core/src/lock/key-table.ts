import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { openDatabase } from '../sqlite/database.ts'
import type { DatabaseSettings } from '../sqlite/database.ts'
import { guarded } from '../sqlite/failure.ts'
import { transaction } from '../sqlite/transaction.ts'

const SETTINGS: DatabaseSettings = {
  area: 'LOCK',
  what: 'the table of locks',
  damaged: 'when no run is going on, remove it: it is made anew',
  applicationId: 0x736b_6c6b,
  // It is of one boot of the machine, see `keyTablePath`.
  synchronous: 'off',
  wal: false,
  check: false,
  migrations: [
    `CREATE TABLE held (
       key TEXT PRIMARY KEY,
       run_id TEXT NOT NULL,
       pid INTEGER NOT NULL,
       host TEXT NOT NULL,
       since TEXT NOT NULL
     ) STRICT;
     CREATE INDEX held_run ON held (run_id);`,
  ],
}

/** Who took a key. `pid` and `host` are for people: liveness is told by the run's file alone. */
export interface Holder {
  readonly runId: string
  readonly pid: number
  readonly host: string
  /** ISO 8601 in UTC. */
  readonly since: string
}

/** A key that a run, living or dead, has. */
export interface HeldKey extends Holder {
  readonly key: string
}

/** The table of keys, inside one transaction. */
export interface KeyTable {
  find(keys: readonly string[]): readonly HeldKey[]
  /** Whoever had them before. */
  give(keys: readonly string[], holder: Holder): void
  /** The keys of a run pass to another process. */
  hand(holder: Holder): void
  keysOf(runId: string): number
  forget(runId: string): void
}

/**
 * Runs `work` while no other process can use the table. Throws `LOCK.UNREADABLE`, `LOCK.VERSION`, and `LOCK.BUSY` when
 * others keep it locked.
 */
export function withKeyTable<T>(path: string, work: (table: KeyTable) => T): T {
  const database = openDatabase(path, SETTINGS)
  try {
    return guarded(path, SETTINGS, () => transaction(database, () => work(keyTable(database))))
  } finally {
    database.close()
  }
}

const heldRow: z.ZodType<HeldKey> = z
  .object({ key: z.string(), run_id: z.string(), pid: z.number(), host: z.string(), since: z.string() })
  .transform(({ run_id: runId, ...row }) => ({ ...row, runId }))

function keyTable(database: DatabaseSync): KeyTable {
  return {
    find: (keys) => {
      const select = database.prepare('SELECT * FROM held WHERE key = ?')
      return keys.flatMap((key) => select.all(key)).map((row) => heldRow.parse(row))
    },
    give: (keys, { runId, pid, host, since }) => {
      const insert = database.prepare('INSERT OR REPLACE INTO held (key, run_id, pid, host, since) VALUES (?,?,?,?,?)')
      for (const key of keys) insert.run(key, runId, pid, host, since)
    },
    hand: ({ runId, pid, host, since }) => {
      database.prepare('UPDATE held SET pid = ?, host = ?, since = ? WHERE run_id = ?').run(pid, host, since, runId)
    },
    keysOf: (runId) => database.prepare('SELECT key FROM held WHERE run_id = ?').all(runId).length,
    forget: (runId) => {
      database.prepare('DELETE FROM held WHERE run_id = ?').run(runId)
    },
  }
}
