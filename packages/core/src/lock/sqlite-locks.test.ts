import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyTablePath } from './key-table-path.ts'
import { sqliteLocks } from './sqlite-locks.ts'

let directory = ''

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'salvage-locks-')), 'locks')
})

afterEach(() => rmSync(join(directory, '..'), { recursive: true }))

const table = (): string => keyTablePath(directory)

test('keeps a file for each living run and removes it with the lock', async () => {
  const locks = sqliteLocks(directory)
  {
    await using held = new AsyncDisposableStack()
    held.use(await locks.acquire('run-1', ['a']))
    held.use(await locks.adopt('run-2'))
    expect(readdirSync(directory).toSorted()).toEqual([basename(table()), 'run-1.lock', 'run-2.lock'])
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  }
  expect(readdirSync(directory)).toEqual([basename(table())])
})

test('a refused run leaves nothing behind that lives', async () => {
  const locks = sqliteLocks(directory)
  await using held = new AsyncDisposableStack()
  held.use(await locks.acquire('run-1', ['a']))
  await expect(locks.acquire('run-2', ['a', 'b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  await using adopted = await locks.adopt('run-2')
  expect(adopted).toBeDefined()
  held.use(await locks.acquire('run-3', ['b']))
})

test('a lock file whose content is damaged is taken like any other of a dead run', async () => {
  const locks = sqliteLocks(directory)
  mkdirSync(directory)
  writeFileSync(join(directory, 'run-1.lock'), 'no database at all '.repeat(100))
  await using adopted = await locks.adopt('run-1')
  expect(adopted).toBeDefined()
  expect(await locks.adopt('run-1')).toBeUndefined()
})

test.each([
  ['garbage', () => writeFileSync(table(), 'garbage '.repeat(1000))],
  ['a directory', () => mkdirSync(table())],
])('a table that is %s is refused with the reason and the next step', async (_what, damage) => {
  mkdirSync(directory)
  damage()
  const locks = sqliteLocks(directory)
  await expect(locks.acquire('run-1', ['a'])).rejects.toMatchObject({
    code: 'LOCK.UNREADABLE',
    message: expect.stringContaining(table()),
    why: expect.stringMatching(/./),
    hint: expect.stringMatching(/./),
  })
  await expect(locks.adopt('run-1')).rejects.toMatchObject({ code: 'LOCK.UNREADABLE' })
  expect(existsSync(join(directory, 'run-1.lock'))).toBe(false)
})

test('a lock file that cannot be opened is refused with its own name', async () => {
  mkdirSync(join(directory, 'run-1.lock'), { recursive: true })
  await expect(sqliteLocks(directory).acquire('run-1', ['a'])).rejects.toMatchObject({
    code: 'LOCK.UNREADABLE',
    message: expect.stringContaining('run-1.lock'),
  })
  await using held = new AsyncDisposableStack()
  held.use(await sqliteLocks(directory).acquire('run-2', ['a']))
})

test.each(['../escape', '', 'a/b', '.hidden', 'a\nb', 'x'.repeat(300)])('refuses the run id %j', async (runId) => {
  const locks = sqliteLocks(directory)
  await expect(locks.acquire(runId, [])).rejects.toMatchObject({ code: 'LOCK.RUN_ID' })
  await expect(locks.adopt(runId)).rejects.toMatchObject({ code: 'LOCK.RUN_ID' })
})

test('disposing frees the run even when the table has become unreadable', async () => {
  const locks = sqliteLocks(directory)
  const lock = await locks.acquire('run-1', ['a'])
  rmSync(table())
  mkdirSync(table())
  // Nobody who ends a run well should hear of it: the lock ends with its file.
  await lock[Symbol.asyncDispose]()
  rmSync(table(), { recursive: true })
  await using adopted = await locks.adopt('run-1')
  expect(adopted).toBeDefined()
})

test('a table that was removed and made anew meanwhile is the one that counts', async () => {
  const locks = sqliteLocks(directory)
  await using _first = await locks.acquire('run-1', ['a'])
  // Another file of the same name, as another process makes it.
  const other = join(directory, '..', 'other')
  await using _second = await sqliteLocks(other).acquire('run-2', ['b'])
  for (const name of readdirSync(other)) renameSync(join(other, name), join(directory, name))
  await expect(locks.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
})

test('a table of an earlier boot counts for nothing, and goes', async () => {
  mkdirSync(directory)
  for (const name of ['keys.sqlite', 'keys-0000.sqlite', 'keys-0000.sqlite-journal'])
    writeFileSync(join(directory, name), 'cut off by a power cut')
  await using held = await sqliteLocks(directory).acquire('run-1', ['a'])
  expect(held.runId).toBe('run-1')
  expect(readdirSync(directory).toSorted()).toEqual([basename(table()), 'run-1.lock'])
})
