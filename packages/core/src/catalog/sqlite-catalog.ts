import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../sqlite/database.ts'
import type { DatabaseSettings } from '../sqlite/database.ts'
import { openReadOnly } from '../sqlite/read-only.ts'
import type { OpenFile } from '../sqlite/read-only.ts'
import { guarded } from '../sqlite/failure.ts'
import { transaction } from '../sqlite/transaction.ts'
import { reference } from '../target/reference.ts'
import type { Catalog, PointFilter } from './catalog.ts'
import { copiedTargets } from './copied-targets.ts'
import type { RunReport } from '../report/report.ts'
import { planUsed } from './plan-used.ts'
import { isRepeated, isTransfer, KEPT_TRANSFERS } from './transfers.ts'
import { readMark, readPoint, readRun } from './read.ts'
import type { Row } from './read.ts'

const SETTINGS: DatabaseSettings = {
  area: 'CATALOG',
  what: 'the catalog',
  damaged: 'move it away: a new one is made, and the stores still know their points',
  applicationId: 0x736b_6361,
  synchronous: 'normal',
  wal: true,
  check: false,
  migrations: [
    `CREATE TABLE run (
       run_id TEXT PRIMARY KEY,
       kind TEXT NOT NULL,
       tide TEXT,
       started_at TEXT NOT NULL,
       ended_at TEXT,
       outcome TEXT,
       report TEXT
     ) STRICT;
     CREATE INDEX run_started ON run (started_at);
     CREATE TABLE point (
       store TEXT NOT NULL,
       id TEXT NOT NULL,
       target TEXT NOT NULL,
       taken_at TEXT NOT NULL,
       body TEXT NOT NULL,
       PRIMARY KEY (store, id)
     ) STRICT;
     CREATE INDEX point_taken ON point (taken_at);
     CREATE INDEX point_target ON point (target, taken_at);`,
    `CREATE TABLE spared (target TEXT PRIMARY KEY) STRICT;`,
    `CREATE TABLE mark (
       tide TEXT PRIMARY KEY,
       nominal TEXT NOT NULL,
       begun INTEGER NOT NULL,
       ended INTEGER NOT NULL
     ) STRICT;`,
  ],
}

const START = `INSERT INTO run (run_id, kind, tide, started_at) VALUES (?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING`

const FINISH = `INSERT INTO run (run_id, kind, tide, started_at, ended_at, outcome, report) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run_id) DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome, report = excluded.report`

/** The transfer of the same kind and target, with the same host, before this one. */
const BEFORE = `SELECT * FROM run WHERE kind = ? AND run_id <> ? AND report ->> '$.groups[0].targets[0].target' = ?
  AND report ->> '$.groups[0].targets[0].transfer.host' IS ? ORDER BY started_at DESC, rowid DESC LIMIT 1`

const OLD_TRANSFERS = `DELETE FROM run WHERE run_id IN
  (SELECT run_id FROM run WHERE kind IN ('send', 'sync') ORDER BY started_at DESC, rowid DESC LIMIT -1 OFFSET ?)`

const RUNS = `SELECT * FROM run WHERE (?1 IS NULL OR tide = ?1) AND (?2 IS NULL OR kind = ?2)
  ORDER BY started_at DESC, rowid DESC LIMIT ?3`

/**
 * The catalog in an SQLite file that several processes may write at once. After a power cut the file is whole; the last
 * changes may be missing.
 *
 * `readOnly` opens one that is there and cannot be changed.
 *
 * Opening throws `CATALOG.VERSION`, `CATALOG.UNREADABLE` or `CATALOG.BUSY`, and so may every verb, except for the first;
 * reading rejects with `CATALOG.CORRUPT`.
 */
export function sqliteCatalog(path: string, { readOnly = false }: OpenFile = {}): Catalog & Disposable {
  const database = readOnly ? openReadOnly(path, SETTINGS) : openDatabase(path, SETTINGS)
  const read = (sql: string, ...values: (string | number | null)[]): readonly Row[] =>
    guarded(path, SETTINGS, () => database.prepare(sql).all(...values))
  const write = (work: () => void): void => guarded(path, SETTINGS, () => transaction(database, work))

  return {
    startRun: async ({ runId, kind, tide, startedAt }) => {
      let added: number | bigint = 0
      write(() => {
        added = database.prepare(START).run(runId, kind, tide ?? null, startedAt).changes
      })
      if (added === 0) throw planUsed(runId)
    },
    finishRun: async (report) =>
      write(() => {
        const { runId, kind, tide, startedAt, endedAt, outcome } = report
        const text = JSON.stringify(report)
        database.prepare(FINISH).run(runId, kind, tide ?? null, startedAt, endedAt, outcome, text)
        const remove = database.prepare('DELETE FROM spared WHERE target = ?')
        for (const target of copiedTargets(report)) remove.run(target)
        if (isTransfer(report)) tidyTransfers(database, report)
      }),
    spare: async (targets) =>
      write(() => {
        const insert = database.prepare('INSERT OR IGNORE INTO spared (target) VALUES (?)')
        for (const target of targets) insert.run(target)
      }),
    spared: async () =>
      new Set(
        read('SELECT target FROM spared').map(({ target }) => reference(typeof target === 'string' ? target : '')),
      ),
    runs: async (limit, { tide = null, kind = null } = {}) =>
      read(RUNS, tide, kind, limit).map((row) => readRun(row, path)),
    marks: async () => read('SELECT * FROM mark').map((row) => readMark(row, path)),
    mark: async ({ tide, nominal, begun, ended }) =>
      write(() => {
        database
          .prepare('INSERT OR REPLACE INTO mark (tide, nominal, begun, ended) VALUES (?, ?, ?, ?)')
          .run(tide, nominal, begun, ended ? 1 : 0)
      }),
    addPoint: async (point) =>
      write(() => {
        database
          .prepare('INSERT OR REPLACE INTO point (store, id, target, taken_at, body) VALUES (?, ?, ?, ?, ?)')
          .run(point.store, point.id, point.target, point.takenAt, JSON.stringify(point))
      }),
    removePoints: async (points) =>
      write(() => {
        const remove = database.prepare('DELETE FROM point WHERE store = ? AND id = ?')
        for (const { store, id } of points) remove.run(store, id)
      }),
    points: async (filter) => {
      const { sql, values } = pointQuery(filter)
      return read(sql, ...values).map((row) => readPoint(row, path))
    },
    [Symbol.dispose]: () => close(database),
  }
}

function tidyTransfers(database: DatabaseSync, report: RunReport): void {
  const drop = database.prepare('DELETE FROM run WHERE run_id = ?')
  const [first] = report.groups[0]?.targets ?? []
  const about = [first?.target ?? null, first?.transfer?.host ?? null]
  const [before] = database.prepare(BEFORE).all(report.kind, report.runId, ...about)
  const former = before === undefined ? undefined : readRun(before, '').report
  if (former !== undefined && isRepeated(former, report)) drop.run(former.runId)
  database.prepare(OLD_TRANSFERS).run(KEPT_TRANSFERS)
}

function pointQuery({ targets, store }: PointFilter): { readonly sql: string; readonly values: string[] } {
  const conditions: string[] = []
  const values: string[] = []
  if (targets !== undefined) {
    // One value however many targets there are: SQLite counts its variables.
    conditions.push('target IN (SELECT value FROM json_each(?))')
    values.push(JSON.stringify(targets))
  }
  if (store !== undefined) {
    conditions.push('store = ?')
    values.push(store)
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return { sql: `SELECT store, id, body FROM point ${where} ORDER BY taken_at, rowid`, values }
}

function close(database: DatabaseSync): void {
  if (database.isOpen) database.close()
}
