import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEntry } from './journal.ts'
import { sqliteJournal } from './sqlite-journal.ts'

let directory = ''
let path = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-journal-'))
  path = join(directory, 'state', 'deep', 'journal.sqlite')
})

afterEach(() => rmSync(directory, { recursive: true }))

const ENTRY: NewEntry = { runId: 'run-1', order: 0, undo: { kind: 'swap', target: 'dir:/x', token: 'x'.repeat(2000) } }

/** A journal with some entries, closed. */
async function filled(): Promise<void> {
  using journal = sqliteJournal(path)
  await journal.open(Array.from({ length: 50 }, () => ENTRY))
}

function edit(statement: string): void {
  using database = new DatabaseSync(path)
  database.exec(statement)
}

test('is durable before anybody closes it, and for its owner only', async () => {
  using journal = sqliteJournal(path)
  const opened = await journal.open([ENTRY])
  using other = sqliteJournal(path)
  expect(await other.pending()).toEqual(opened)
  for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777, file).toBe(0o600)
  expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, 'state', 'deep')).mode & 0o777).toBe(0o700)
})

test('disposing twice is disposing once', () => {
  const journal = sqliteJournal(path)
  journal[Symbol.dispose]()
  journal[Symbol.dispose]()
})

describe('refuses', () => {
  test('a file of a newer version, and leaves it as it is', async () => {
    await filled()
    edit('PRAGMA user_version = 99')
    const before = readFileSync(path)
    expect(() => sqliteJournal(path)).toThrow(
      expect.objectContaining({ code: 'JOURNAL.VERSION', message: expect.stringContaining('version 99') }),
    )
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test.each<[string, () => void]>([
    ['garbage', () => writeFileSync(path, 'this is no database, whatever it says here: '.repeat(200))],
    ['a file cut in its middle', () => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
    ['a file cut in its first page', () => truncateSync(path, 1000)],
    [
      'a file with a damaged page',
      () => {
        const content = readFileSync(path)
        content.fill(0xa5, 4096, 3 * 4096)
        writeFileSync(path, content)
      },
    ],
    ['a database of another kind', () => edit('PRAGMA application_id = 77')],
    [
      'a directory in its place',
      () => {
        rmSync(path)
        mkdirSync(path)
      },
    ],
  ])('%s, naming the file, the reason and the next step', async (_what, damage) => {
    await filled()
    damage()
    expect(() => sqliteJournal(path)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL.UNREADABLE',
        message: expect.stringContaining(path),
        why: expect.stringMatching(/./),
        hint: expect.stringMatching(/./),
      }),
    )
  })

  test('a path below a file', async () => {
    await filled()
    expect(() => sqliteJournal(join(path, 'journal.sqlite'))).toThrow(
      expect.objectContaining({ code: 'JOURNAL.UNREADABLE', why: expect.stringMatching(/not a directory|exists/) }),
    )
  })

  test("another program's database without its own mark", () => {
    mkdirSync(join(directory, 'state', 'deep'), { recursive: true })
    edit('CREATE TABLE theirs (x)')
    expect(() => sqliteJournal(path)).toThrow(expect.objectContaining({ code: 'JOURNAL.UNREADABLE' }))
  })
})

test.each([
  ['no JSON', `UPDATE entry SET undo = '{' WHERE id = 7`],
  ['an unknown kind', `UPDATE entry SET undo = '{"kind":"rewind"}' WHERE id = 7`],
  ['a token that is missing', `UPDATE entry SET undo = '{"kind":"swap"}' WHERE id = 7`],
  ['an unknown phase', `UPDATE entry SET phase = 'maybe' WHERE id = 7`],
])('gives an entry that it cannot understand among the others: %s', async (_what, statement) => {
  await filled()
  edit(statement)
  using journal = sqliteJournal(path)
  const pending = await journal.pending()
  expect(pending).toHaveLength(50)
  expect(pending[6]).toMatchObject({ id: 7, runId: 'run-1', phase: 'intent', undo: { kind: 'unreadable' } })
  expect(pending.filter(({ undo }) => undo.kind === 'unreadable')).toHaveLength(1)
})

test('knows that it is a copy, and marks what was pending then', async () => {
  await filled()
  const copy = join(directory, 'restored.sqlite')
  cpSync(path, copy)
  {
    using journal = sqliteJournal(copy)
    const [entry] = await journal.open([ENTRY])
    const pending = await journal.pending()
    expect(pending.filter(({ copied }) => copied === true)).toHaveLength(50)
    expect(pending.at(-1)).toEqual(entry)
  }
  using again = sqliteJournal(copy)
  expect((await again.pending()).filter(({ copied }) => copied === true)).toHaveLength(50)
  using original = sqliteJournal(path)
  expect((await original.pending()).some(({ copied }) => copied === true)).toBe(false)
})

test('brings a journal of the first version up, with all that is in it', async () => {
  await filled()
  edit('ALTER TABLE entry DROP COLUMN copied; DROP TABLE identity; PRAGMA user_version = 1')
  using journal = sqliteJournal(path)
  const pending = await journal.pending()
  expect(pending).toHaveLength(50)
  expect(pending.some(({ copied }) => copied === true)).toBe(false)
})

test('names the row of which it cannot tell whose it is', async () => {
  await filled()
  edit(`UPDATE entry SET run_id = '' WHERE id = 7`)
  using journal = sqliteJournal(path)
  await expect(journal.pending()).rejects.toMatchObject({
    code: 'JOURNAL.CORRUPT',
    message: expect.stringContaining('entry 7 '),
  })
})
