import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { flockSlot } from './flock-slot.ts'

const options = { signal: new AbortController().signal }
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-flock-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Another program that holds a lock file, as a job of backup-ns does. */
async function otherHolder(number: number): Promise<AsyncDisposable> {
  const program = ['flock', join(directory, `${String(number)}.lock`), 'sh', '-c', 'echo held; exec cat'] as const
  const child = spawn(program[0], program.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await once(child, 'close')
    },
  }
}

test('a slot is one of the lock files, for everybody, and free again at once', async () => {
  {
    await using slot = await flockSlot({ directory, count: 1, timeoutMs: 0 }, options)
    expect(slot.name).toBe(join(directory, '1.lock'))
    expect(statSync(slot.name).mode & 0o777).toBe(0o666)
    await expect(flockSlot({ directory, count: 1, timeoutMs: 0 }, options)).rejects.toMatchObject({
      code: 'LOCK.SLOTS_TAKEN',
      retryable: true,
      message: expect.stringContaining(directory),
    })
  }
  await using again = await flockSlot({ directory, count: 1, timeoutMs: 0 }, options)
  expect(again.name).toBe(join(directory, '1.lock'))
})

test('all slots are given before anybody waits, none twice', async () => {
  await using held = new AsyncDisposableStack()
  const slots = await Promise.all(
    [1, 2, 3, 4].map(async () => held.use(await flockSlot({ directory, count: 4, timeoutMs: 2000 }, options))),
  )
  expect(new Set(slots.map(({ name }) => name)).size).toBe(4)
  await expect(flockSlot({ directory, count: 4, timeoutMs: 0 }, options)).rejects.toMatchObject({
    code: 'LOCK.SLOTS_TAKEN',
  })
})

test('what another program locked counts, and it is kept off what is held here', async () => {
  {
    await using _theirs = await otherHolder(1)
    await using ours = await flockSlot({ directory, count: 2, timeoutMs: 0 }, options)
    expect(ours.name).toBe(join(directory, '2.lock'))
    const asked = spawn('flock', ['-n', ours.name, 'true'])
    expect(await once(asked, 'close')).toEqual([1, null])
  }
  await using all = new AsyncDisposableStack()
  for (let at = 0; at < 2; at += 1) all.use(await flockSlot({ directory, count: 2, timeoutMs: 0 }, options))
})

test('who waits says so once, and goes on when one becomes free', async () => {
  const theirs = await otherHolder(1)
  const told: string[] = []
  const asked = { ...options, onWait: ({ code }: { readonly code: string }) => void told.push(code) }
  const waiting = flockSlot({ directory, count: 1, timeoutMs: 20_000 }, asked)
  await sleep(1500)
  await theirs[Symbol.asyncDispose]()
  await using slot = await waiting
  expect(slot.name).toBe(join(directory, '1.lock'))
  expect(told).toEqual(['LOCK.SLOT_WAITING'])
})

test('an abort ends the wait', async () => {
  await using _theirs = await otherHolder(1)
  const aborting = new AbortController()
  const waiting = flockSlot({ directory, count: 1, timeoutMs: 20_000 }, aborting)
  aborting.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow(/enough|abort/)
})

test('a holder that is killed frees its slot, and its children do not keep it', async () => {
  const code = `
    import { spawn } from 'node:child_process'
    import { flockSlot } from ${JSON.stringify(fileURLToPath(new URL('flock-slot.ts', import.meta.url)))}
    await flockSlot({ directory: process.argv[1], count: 1, timeoutMs: 0 }, { signal: new AbortController().signal })
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(holder.stdout, 'data')
  try {
    await expect(flockSlot({ directory, count: 1, timeoutMs: 0 }, options)).rejects.toMatchObject({
      code: 'LOCK.SLOTS_TAKEN',
    })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await using slot = await flockSlot({ directory, count: 1, timeoutMs: 0 }, options)
    expect(slot.name).toBe(join(directory, '1.lock'))
  } finally {
    process.kill(Number(said))
  }
})

describe('refuses', () => {
  test.each([0, -1, 1.5, Number.NaN])('a count of %d', async (count) => {
    await expect(flockSlot({ directory, count, timeoutMs: 0 }, options)).rejects.toMatchObject({ code: 'LOCK.SLOTS' })
    expect(readdirSync(directory)).toEqual([])
  })

  test('a directory that is not there', async () => {
    const settings = { directory: join(directory, 'none'), count: 1, timeoutMs: 0 }
    await expect(flockSlot(settings, options)).rejects.toMatchObject({
      code: 'LOCK.SLOT_FILE',
      why: expect.stringContaining('ENOENT'),
      hint: expect.stringMatching(/./),
    })
  })

  test.each([
    [
      'a link, which another user of the directory may have laid',
      () => symlinkSync('elsewhere', join(directory, '1.lock')),
    ],
    ['a directory', () => mkdirSync(join(directory, '1.lock'))],
  ])('%s', async (_what, lay) => {
    lay()
    await expect(flockSlot({ directory, count: 1, timeoutMs: 0 }, options)).rejects.toMatchObject({
      code: 'LOCK.SLOT_FILE',
    })
    expect(existsSync(join(directory, 'elsewhere'))).toBe(false)
  })
})
