import { SalvageError } from '../error.ts'
import { openDatabase } from '../sqlite/database.ts'
import type { DatabaseSettings } from '../sqlite/database.ts'
import { openReadOnly } from '../sqlite/read-only.ts'
import type { OpenFile } from '../sqlite/read-only.ts'
import { guarded } from '../sqlite/failure.ts'
import { transaction } from '../sqlite/transaction.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { lost } from './lost.ts'
import { markCopied } from './own-file.ts'
import { entryRow, entryShell } from './schema.ts'
import { undoText } from './undo-text.ts'

const SETTINGS: DatabaseSettings = {
  area: 'JOURNAL',
  what: 'the journal',
  damaged:
    'see which workloads are at rest and start them by hand, then move the file away; leftovers carry the label of their run',
  applicationId: 0x736b_6a6c,
  synchronous: 'full',
  wal: true,
  check: true,
  // AUTOINCREMENT: the number of a settled entry never comes back, so settling twice touches nobody else's.
  migrations: [
    `CREATE TABLE entry (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       run_id TEXT NOT NULL,
       position INTEGER NOT NULL,
       undo TEXT NOT NULL,
       phase TEXT NOT NULL,
       at TEXT NOT NULL,
       attempts INTEGER NOT NULL DEFAULT 0,
       last_failure TEXT
     ) STRICT;
     CREATE INDEX entry_run ON entry (run_id);`,
    `ALTER TABLE entry ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE identity (file TEXT NOT NULL) STRICT;`,
  ],
}

/**
 * The journal in an SQLite file that several processes may write at once. Every change is on stable storage when its
 * promise resolves.
 *
 * `readOnly` opens one that is there and cannot be changed.
 *
 * Opening throws `JOURNAL.VERSION`, `JOURNAL.UNREADABLE` or `JOURNAL.BUSY`; so may every verb, except for the first.
 * `done` rejects with `JOURNAL.LOST` when an entry is gone; `pending` with `JOURNAL.CORRUPT` when one has no run or number.
 */
export function sqliteJournal(path: string, { readOnly = false }: OpenFile = {}): Journal & Disposable {
  const database = readOnly ? openReadOnly(path, SETTINGS) : openDatabase(path, SETTINGS)
  if (!readOnly) guarded(path, SETTINGS, () => markCopied(database, path))
  const insert = database.prepare(
    `INSERT INTO entry (run_id, position, undo, phase, at) VALUES (?, ?, ?, 'intent', ?) RETURNING id`,
  )
  const markDone = database.prepare(`UPDATE entry SET phase = 'done' WHERE id = ?`)
  const remove = database.prepare('DELETE FROM entry WHERE id = ?')
  const countFailure = database.prepare('UPDATE entry SET attempts = attempts + 1, last_failure = ? WHERE id = ?')
  const selectAll = database.prepare('SELECT * FROM entry ORDER BY id')
  const selectRun = database.prepare('SELECT * FROM entry WHERE run_id = ? ORDER BY id')
  const write = <T>(work: () => T): T => guarded(path, SETTINGS, () => transaction(database, work))
  // The log is written in order: what waits for the disk next takes along what did not wait.
  const passing = <T>(work: () => T): T =>
    guarded(path, SETTINGS, () => {
      database.exec('PRAGMA synchronous = normal')
      try {
        return transaction(database, work)
      } finally {
        database.exec(`PRAGMA synchronous = ${SETTINGS.synchronous}`)
      }
    })

  return {
    open: async (entries, { mayBeLost = false } = {}) => {
      const at = new Date().toISOString()
      const texts = entries.map(({ undo }) => undoText(undo))
      return (mayBeLost ? passing : write)(() =>
        entries.map((entry, index): JournalEntry => {
          const id = Number(insert.get(entry.runId, entry.order, texts[index] ?? '', at)?.['id'])
          return { ...entry, id, phase: 'intent', at, attempts: 0 }
        }),
      )
    },
    done: async (ids) =>
      write(() => {
        const missing = ids.filter((id) => markDone.run(id).changes === 0)
        if (missing.length > 0) throw lost(path, missing)
      }),
    settle: async (ids, { mayBeLost = false } = {}) =>
      (mayBeLost ? passing : write)(() => {
        for (const id of ids) remove.run(id)
      }),
    failed: async (id, failure) =>
      write(() => {
        countFailure.run(JSON.stringify(failure), id)
      }),
    pending: async (runId) => {
      const rows = guarded(path, SETTINGS, () => (runId === undefined ? selectAll.all() : selectRun.all(runId)))
      return rows.map((row) => readEntry(row, path))
    },
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close()
    },
  }
}

/** One entry that cannot be understood must not keep the others from being worked off. */
function readEntry(row: { readonly [column: string]: unknown }, path: string): JournalEntry {
  const read = entryRow.safeParse(row)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`
  const shell = entryShell.safeParse(row)
  if (shell.success) return { ...shell.data, undo: { kind: 'unreadable', why } }
  throw new SalvageError('JOURNAL.CORRUPT', `entry ${String(row['id'])} of the journal ${path} cannot be understood`, {
    why,
    hint: 'find out what its run had brought to rest, put that back by hand, then delete this row',
  })
}
