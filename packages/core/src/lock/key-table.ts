import { statSync } from 'node:fs'
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

/** A connection that this process keeps: to open one anew takes longer than all that is done with it. */
interface Kept {
  readonly database: DatabaseSync
  /** Which file it is open on; undefined when that is not sure. */
  readonly inode: bigint | undefined
  readonly table: KeyTable
}

const kept = new Map<string, Kept>()

/**
 * Runs `work` while no other process can use the table. Throws `LOCK.UNREADABLE`, `LOCK.VERSION`, and `LOCK.BUSY` when
 * others keep it locked.
 */
export function withKeyTable<T>(path: string, work: (table: KeyTable) => T): T {
  return guarded(path, SETTINGS, () => {
    for (;;) {
      const open = kept.get(path) ?? opened(path)
      const done = transaction(open.database, () => {
        // Somebody may have removed the table and others may have made it anew: what stands in the old one nobody reads.
        if (open.inode === undefined || inodeOf(path) !== open.inode) return undefined
        return { result: work(open.table) }
      })
      if (done !== undefined) return done.result
      kept.delete(path)
      open.database.close()
    }
  })
}

function opened(path: string): Kept {
  const before = inodeOf(path)
  const database = openDatabase(path, SETTINGS)
  const inode = inodeOf(path)
  // Else it was just made, or is another one by now: it is opened once more.
  const open = { database, inode: inode === before ? inode : undefined, table: keyTable(database) }
  kept.set(path, open)
  return open
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

const heldRow: z.ZodType<HeldKey> = z
  .object({ key: z.string(), run_id: z.string(), pid: z.number(), host: z.string(), since: z.string() })
  .transform(({ run_id: runId, ...row }) => ({ ...row, runId }))

function keyTable(database: DatabaseSync): KeyTable {
  const select = database.prepare('SELECT * FROM held WHERE key = ?')
  const insert = database.prepare('INSERT OR REPLACE INTO held (key, run_id, pid, host, since) VALUES (?,?,?,?,?)')
  const update = database.prepare('UPDATE held SET pid = ?, host = ?, since = ? WHERE run_id = ?')
  const ofRun = database.prepare('SELECT key FROM held WHERE run_id = ?')
  const remove = database.prepare('DELETE FROM held WHERE run_id = ?')
  return {
    find: (keys) => keys.flatMap((key) => select.all(key)).map((row) => heldRow.parse(row)),
    give: (keys, { runId, pid, host, since }) => {
      for (const key of keys) insert.run(key, runId, pid, host, since)
    },
    hand: ({ runId, pid, host, since }) => void update.run(pid, host, since, runId),
    keysOf: (runId) => ofRun.all(runId).length,
    forget: (runId) => void remove.run(runId),
  }
}
