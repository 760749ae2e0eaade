import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Locks } from './locks.ts'
import { memoryLocks } from './memory-locks.ts'
import { sqliteLocks } from './sqlite-locks.ts'

const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

function inDirectory(): [Locks, Locks] {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-locks-'))
  directories.push(directory)
  return [sqliteLocks(join(directory, 'locks')), sqliteLocks(join(directory, 'locks'))]
}

function inMemory(): [Locks, Locks] {
  const locks = memoryLocks()
  return [locks, locks]
}

/** Two rigs of one process: the sqlite ones share nothing but their directory. */
describe.each([
  ['memory', inMemory],
  ['sqlite', inDirectory],
])('%s locks', (_name, make) => {
  test('refuse a key that another run holds, saying which, by whom and since when', async () => {
    const [one, two] = make()
    await using first = await one.acquire('run-1', ['docker:a', 'docker:b'])
    expect(first.runId).toBe('run-1')
    await expect(two.acquire('run-2', ['docker:c', 'docker:b'])).rejects.toMatchObject({
      code: 'LOCK.BUSY',
      retryable: true,
      message: expect.stringMatching(
        new RegExp(`^docker:b is held by run run-1 \\(process ${String(process.pid)} on .+, since \\d{4}-.+Z\\)$`),
      ),
      hint: expect.stringMatching(/./),
    })
  })

  test('give all keys or none', async () => {
    const [one, two] = make()
    await using held = new AsyncDisposableStack()
    held.use(await one.acquire('run-1', ['b']))
    await expect(two.acquire('run-2', ['a', 'b', 'c'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    held.use(await one.acquire('run-3', ['a', 'c']))
    held.use(await two.acquire('run-2', ['d']))
  })

  test('let runs without a common key go on side by side', async () => {
    const [one, two] = make()
    await using held = new AsyncDisposableStack()
    held.use(await one.acquire('run-1', ['a']))
    held.use(await two.acquire('run-2', ['b']))
    held.use(await one.acquire('run-3', []))
  })

  test('free the keys when they are disposed of, once', async () => {
    const [one, two] = make()
    const first = await one.acquire('run-1', ['a'])
    await first[Symbol.asyncDispose]()
    await using held = new AsyncDisposableStack()
    held.use(await two.acquire('run-2', ['a']))
    await first[Symbol.asyncDispose]()
    await expect(one.acquire('run-3', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })

  test('an old lock of a run does not free the new one of the same run', async () => {
    const [one, two] = make()
    const old = await one.acquire('run-1', ['a'])
    await old[Symbol.asyncDispose]()
    await using held = new AsyncDisposableStack()
    held.use(await two.acquire('run-1', ['a']))
    await old[Symbol.asyncDispose]()
    await expect(one.acquire('run-2', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    expect(await one.adopt('run-1')).toBeUndefined()
  })

  test('give a run that comes again only what it asks for this time', async () => {
    const [one, two] = make()
    const first = await one.acquire('run-1', ['a'])
    await first[Symbol.asyncDispose]()
    await using held = new AsyncDisposableStack()
    held.use(await one.acquire('run-1', ['b']))
    held.use(await two.acquire('run-2', ['a']))
    const adopted = await one.adopt('run-3')
    await adopted?.[Symbol.asyncDispose]()
    await expect(two.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })

  test('refuse the same run twice', async () => {
    const [one, two] = make()
    await using held = new AsyncDisposableStack()
    held.use(await one.acquire('run-1', ['a']))
    await expect(two.acquire('run-1', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY', retryable: true })
    await expect(two.acquire('run-1', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    held.use(await two.acquire('run-2', ['b']))
  })

  test('do not let a living run be adopted, and a dead one once', async () => {
    const [one, two] = make()
    {
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['a']))
      expect(await one.adopt('run-1')).toBeUndefined()
      expect(await two.adopt('run-1')).toBeUndefined()
    }
    {
      await using adopted = await two.adopt('run-1')
      expect(adopted?.runId).toBe('run-1')
      expect(await one.adopt('run-1')).toBeUndefined()
      await expect(one.acquire('run-1', [])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    }
    await using again = await one.adopt('run-1')
    expect(again).toBeDefined()
  })

  test('name three keys and count the rest', async () => {
    const [one, two] = make()
    await using held = new AsyncDisposableStack()
    held.use(await one.acquire('run-1', ['a', 'b', 'c', 'd', 'e']))
    await expect(two.acquire('run-2', ['e', 'd', 'c', 'b', 'a'])).rejects.toMatchObject({
      message: expect.stringMatching(/^e is held .*; d is held .*; c is held .*; 2 more are held$/),
    })
  })
})

describe('memory locks', () => {
  test('of a killed run may be taken over, or the run adopted', async () => {
    const locks = memoryLocks()
    const dead = await locks.acquire('run-1', ['a', 'b'])
    locks.kill('run-1')
    await using held = new AsyncDisposableStack()
    held.use(await locks.acquire('run-2', ['a']))
    await using adopted = await locks.adopt('run-1')
    expect(adopted).toBeDefined()
    await expect(locks.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    await dead[Symbol.asyncDispose]()
    await expect(locks.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })
})
