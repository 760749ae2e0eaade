import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteCatalog } from './sqlite-catalog.ts'

let directory = ''
let path = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-catalog-'))
  path = join(directory, 'catalog.sqlite')
})

afterEach(() => rmSync(directory, { recursive: true }))

function edit(statement: string): void {
  using database = new DatabaseSync(path)
  database.exec(statement)
}

function addRun(report: string): void {
  sqliteCatalog(path)[Symbol.dispose]()
  edit(
    `INSERT INTO run VALUES ('r1', 'run', 't', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', 'failed', '${report}')`,
  )
}

test('reads a report of an older version that knew fewer lists, and one of a newer that knows more', async () => {
  addRun(
    '{"version":1,"runId":"r1","startedAt":"2026-01-01T00:00:00Z","endedAt":"2026-01-01T00:01:00Z","outcome":"failed","newer":[1]}',
  )
  using catalog = sqliteCatalog(path)
  const [run] = await catalog.runs(1)
  expect(run?.report).toEqual({
    version: 1,
    runId: 'r1',
    kind: 'run',
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:01:00Z',
    outcome: 'failed',
    aborted: false,
    groups: [],
    skipped: [],
    stuck: [],
    warnings: [],
  })
})

test.each(['{', '{"version":2}', 'null'])('still knows how a run ended whose report is %j', async (text) => {
  addRun(text)
  using catalog = sqliteCatalog(path)
  const [run] = await catalog.runs(1)
  expect(run?.report).toMatchObject({
    runId: 'r1',
    tide: 't',
    outcome: 'failed',
    endedAt: '2026-01-01T00:01:00Z',
    warnings: [{ code: 'CATALOG.REPORT' }],
  })
})

test('names the point that it cannot understand', async () => {
  sqliteCatalog(path)[Symbol.dispose]()
  edit(`INSERT INTO point VALUES ('archive:/b', 'p7', 'dir:/a', '2026', '{"kind":"archive"}')`)
  using catalog = sqliteCatalog(path)
  await expect(catalog.points({})).rejects.toMatchObject({
    code: 'CATALOG.CORRUPT',
    message: expect.stringContaining('point p7 of archive:/b'),
  })
})

test('refuses garbage and newer versions, and is for its owner only', () => {
  sqliteCatalog(path)[Symbol.dispose]()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  edit('PRAGMA user_version = 9')
  expect(() => sqliteCatalog(path)).toThrow(expect.objectContaining({ code: 'CATALOG.VERSION' }))
  writeFileSync(path, 'garbage '.repeat(2000))
  expect(() => sqliteCatalog(path)).toThrow(
    expect.objectContaining({ code: 'CATALOG.UNREADABLE', message: expect.stringContaining(path) }),
  )
})

test('brings a catalog of the first version up, with all that is in it', async () => {
  addRun('{"version":2}')
  edit('DROP TABLE spared; DROP TABLE mark; PRAGMA user_version = 1')
  using catalog = sqliteCatalog(path)
  await catalog.spare(['dir:/a'])
  expect(await catalog.spared()).toEqual(new Set(['dir:/a']))
  expect(await catalog.marks()).toEqual([])
  expect(await catalog.runs(1)).toMatchObject([{ runId: 'r1' }])
})

test('uses an index to list the points of a target and the newest runs', () => {
  sqliteCatalog(path)[Symbol.dispose]()
  using database = new DatabaseSync(path)
  const plan = (sql: string): string => JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
  expect(plan(`SELECT body FROM point WHERE target IN (SELECT value FROM json_each('[]'))`)).toContain(
    'USING INDEX point_target',
  )
  expect(plan('SELECT body FROM point ORDER BY taken_at, rowid')).toContain('USING INDEX point_taken')
  expect(plan('SELECT * FROM run ORDER BY started_at DESC, rowid DESC LIMIT 1')).toContain('USING INDEX run_started')
})
