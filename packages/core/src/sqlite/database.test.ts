import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import type { DatabaseSettings } from './database.ts'
import { databaseFailure } from './failure.ts'
import { transaction } from './transaction.ts'

let directory = ''
let path = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-sqlite-'))
  path = join(directory, 'x.sqlite')
})

afterEach(() => rmSync(directory, { recursive: true }))

const SETTINGS: DatabaseSettings = {
  area: 'CATALOG',
  what: 'the catalog',
  damaged: 'move it away',
  applicationId: 42,
  migrations: ['CREATE TABLE a (x INTEGER) STRICT'],
  synchronous: 'full',
  wal: true,
  check: true,
}

function value(database: DatabaseSync, pragma: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]
}

test('waits for the disk at every commit when it is told to', () => {
  using full = openDatabase(path, SETTINGS)
  expect(value(full, 'synchronous')).toBe(2)
  expect(value(full, 'journal_mode')).toBe('wal')
  using normal = openDatabase(join(directory, 'y.sqlite'), { ...SETTINGS, synchronous: 'normal', wal: false })
  expect(value(normal, 'synchronous')).toBe(1)
  expect(value(normal, 'journal_mode')).toBe('delete')
})

test('brings an older version up, step by step, and keeps what is in it', () => {
  {
    using first = openDatabase(path, SETTINGS)
    first.exec('INSERT INTO a VALUES (7)')
  }
  const migrations = [...SETTINGS.migrations, 'ALTER TABLE a ADD COLUMN y INTEGER', 'UPDATE a SET y = x + 1']
  using third = openDatabase(path, { ...SETTINGS, migrations })
  expect(third.prepare('SELECT * FROM a').all()).toEqual([{ x: 7, y: 8 }])
  expect(value(third, 'user_version')).toBe(3)
})

test('a migration that fails leaves the older version whole', () => {
  openDatabase(path, SETTINGS).close()
  const migrations = [...SETTINGS.migrations, 'ALTER TABLE a ADD COLUMN y INTEGER', 'NONSENSE']
  expect(() => openDatabase(path, { ...SETTINGS, migrations })).toThrow(/NONSENSE/)
  using again = openDatabase(path, SETTINGS)
  expect(value(again, 'table_info(a)')).toBe(0)
  expect(again.prepare('SELECT * FROM a').columns().length).toBe(1)
})

test('a transaction that throws changes nothing and leaves the database usable', () => {
  using database = openDatabase(path, SETTINGS)
  expect(() =>
    transaction(database, () => {
      database.exec('INSERT INTO a VALUES (1)')
      throw new Error('no')
    }),
  ).toThrow('no')
  transaction(database, () => database.exec('INSERT INTO a VALUES (2)'))
  expect(database.prepare('SELECT x FROM a').all()).toEqual([{ x: 2 }])
})

test('leaves the rights of files and directories that are there as they are', () => {
  openDatabase(path, SETTINGS).close()
  const { mode } = statSync(directory)
  openDatabase(path, SETTINGS).close()
  expect(statSync(directory).mode).toBe(mode)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

function thrownBy(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

test('a file that others keep busy is something to try again', () => {
  using holder = openDatabase(path, SETTINGS)
  holder.exec('BEGIN IMMEDIATE')
  using other = new DatabaseSync(path, { timeout: 0 })
  const failure = databaseFailure(
    thrownBy(() => other.exec('BEGIN IMMEDIATE')),
    path,
    SETTINGS,
  )
  expect(failure).toMatchObject({ code: 'CATALOG.BUSY', retryable: true, message: expect.stringContaining(path) })
})

test('a bug stays a bug', () => {
  using database = openDatabase(path, SETTINGS)
  const bug = thrownBy(() => database.exec('SELECT nonsense'))
  expect(databaseFailure(bug, path, SETTINGS)).toBe(bug)
})
