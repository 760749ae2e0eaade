import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LiftRef, Store } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findProgram } from '../../src/process/find-program.ts'
import { markedProcesses } from '../../src/process/process-table.ts'
import { markOf } from '../../src/restic/claim.ts'
import { resticCrane } from '../../src/restic/restic-crane.ts'
import { resticStore } from '../../src/restic/restic-store.ts'
import { restServer } from '../integration/rest-server.ts'
import { calm, resticYard } from '../integration/restic-yard.ts'
import type { ResticYard } from '../integration/restic-yard.ts'

const CHILD = fileURLToPath(new URL('lift-child.ts', import.meta.url))
const within = { timeout: 30_000, interval: 20 } as const

const gone = (child: ChildProcess): Promise<void> =>
  expect.poll(() => child.signalCode ?? child.exitCode, within).not.toBeNull()

describe.skipIf(!part('restic').available)('a lift whose process is killed', () => {
  let yard: ResticYard
  const children: ChildProcess[] = []
  beforeEach(() => {
    yard = resticYard()
    writeFileSync(yard.at('source/big'), '')
    // Nothing to store, and long to read.
    truncateSync(yard.at('source/big'), 200e9)
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    yard[Symbol.dispose]()
  })

  const start = (ref: LiftRef, env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const job = JSON.stringify({ ref, source: yard.source })
    const child = spawn(process.execPath, [CHILD, yard.state, job], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    children.push(child)
    return child
  }
  const foreign = async (): Promise<{ readonly child: ChildProcess; readonly lock: string }> => {
    const before = yard.locks()
    const child = yard.start('backup', '--stdin')
    children.push(child)
    await expect.poll(() => yard.locks().length, within).toBe(before.length + 1)
    return { child, lock: yard.locks().find((name) => !before.includes(name)) ?? '' }
  }
  const locked = (count: number): Promise<void> => expect.poll(() => yard.locks().length, within).toBe(count)
  /** A PATH with everything that a lift needs but `setpriv`. */
  const withoutSetpriv = async (): Promise<NodeJS.ProcessEnv> => {
    mkdirSync(yard.at('bin'))
    for (const program of ['sh', 'cat', 'restic'])
      symlinkSync((await findProgram(program, process.env['PATH'] ?? '')) ?? '', yard.at(`bin/${program}`))
    return { PATH: yard.at('bin') }
  }

  test('restic stops with it, and clear leaves the locks of others', async () => {
    const other = await foreign()
    const ref = yard.ref()
    const child = start(ref)
    await locked(2)
    child.kill('SIGKILL')
    await expect.poll(() => markedProcesses(markOf(ref.id)), within).toEqual([])
    await resticCrane(yard.state).clear(ref, calm)
    await resticCrane(yard.state).clear(ref, calm)
    expect(yard.restic('list', 'locks', '--no-lock').trim()).toBe(other.lock)
    expect(yard.claims()).toEqual([])
    expect(other.child.exitCode).toBeNull()
    await yard.crane.archives?.withdraw(ref, calm)
    expect(await Array.fromAsync(yard.crane.archives?.list(yard.store, calm) ?? [])).toEqual([])
  })

  test.each([
    ['listens', 'SIGCONT'],
    ['does not listen', undefined],
  ] as const)('a restic that lives on and %s is ended by clear', async (_name, wake) => {
    const other = await foreign()
    const ref = yard.ref()
    const child = start(ref, await withoutSetpriv())
    await locked(2)
    const [entry] = await markedProcesses(markOf(ref.id))
    if (entry === undefined) throw new Error('restic is not found by its mark')
    process.kill(entry.pid, 'SIGSTOP')
    child.kill('SIGKILL')
    await gone(child)
    expect(await markedProcesses(markOf(ref.id))).toMatchObject([{ pid: entry.pid }])
    if (wake !== undefined) setTimeout(() => process.kill(entry.pid, wake), 300)
    await resticCrane(yard.state).clear(ref, calm)
    expect(await markedProcesses(markOf(ref.id))).toEqual([])
    expect(yard.restic('list', 'locks', '--no-lock').trim()).toBe(other.lock)
    expect(yard.claims()).toEqual([])
    expect(other.child.exitCode).toBeNull()
  })

  test('a lock of ours goes when restic was killed too; those of others stay, dead or alive', async () => {
    const alive = await foreign()
    const dead = await foreign()
    dead.child.kill('SIGKILL')
    const ref = yard.ref()
    const child = start(ref)
    await locked(3)
    const entries = await markedProcesses(markOf(ref.id))
    child.kill('SIGSTOP')
    for (const { pid } of entries) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await gone(child)
    expect(yard.locks()).toHaveLength(3)
    await resticCrane(yard.state).clear(ref, calm)
    expect(yard.locks().toSorted()).toEqual([alive.lock, dead.lock].toSorted())
    expect(yard.claims()).toEqual([])
  })

  test('another lift of the same machine keeps its lock', async () => {
    const [killed, living] = [yard.ref(), yard.ref()]
    const child = start(killed)
    await locked(1)
    start(living)
    await locked(2)
    child.kill('SIGKILL')
    await gone(child)
    await resticCrane(yard.state).clear(killed, calm)
    expect(yard.locks()).toHaveLength(1)
    expect(await markedProcesses(markOf(living.id))).not.toEqual([])
    expect(yard.claims()).toHaveLength(1)
  })

  test.each(Array.from({ length: 12 }, (_, at) => [at * 40]))(
    'killed %d ms after its start: clear leaves nothing',
    async (ms) => {
      const ref = yard.ref()
      const child = start(ref)
      await expect.poll(() => yard.claims().length, within).toBe(1)
      await sleep(ms)
      child.kill('SIGKILL')
      await gone(child)
      await resticCrane(yard.state).clear(ref, calm)
      expect(await markedProcesses(markOf(ref.id))).toEqual([])
      expect(yard.locks()).toEqual([])
      // One that was not finished started nothing, and goes later.
      for (const name of yard.claims()) expect(readFileSync(join(yard.state, 'restic', name), 'utf8')).toBe('')
    },
  )

  const kill = async (store: Store): Promise<LiftRef> => {
    const ref = yard.ref(store)
    const count = yard.locks().length
    const child = start(ref)
    await locked(count + 1)
    const entries = await markedProcesses(markOf(ref.id))
    child.kill('SIGSTOP')
    for (const { pid } of entries) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await gone(child)
    // `restic unlock` takes a process whose end nobody has noticed for a living one.
    for (const { pid } of entries) await expect.poll(() => existsSync(`/proc/${String(pid)}`), within).toBe(false)
    return ref
  }

  describe('with a repository on a server', () => {
    test('the lock goes when restic unlock would take nothing else', async () => {
      await using server = await restServer(yard.at('repo'))
      const store = resticStore(`rest:http://${server.host}/`, { passwordFile: yard.at('password') })
      const other = await foreign()
      await resticCrane(yard.state).clear(await kill(store), calm)
      expect(yard.locks()).toEqual([other.lock])
      expect(yard.claims()).toEqual([])
    })

    test('it stays, and is known, while restic unlock would take that of another', async () => {
      await using server = await restServer(yard.at('repo'))
      const store = resticStore(`rest:http://${server.host}/`, { passwordFile: yard.at('password') })
      const other = await foreign()
      other.child.kill('SIGKILL')
      await gone(other.child)
      const ref = await kill(store)
      await resticCrane(yard.state).clear(ref, calm)
      expect(yard.locks()).toHaveLength(2)
      expect(yard.claims()).toHaveLength(1)
      yard.restic('unlock')
      await resticCrane(yard.state).clear(ref, calm)
      expect(yard.claims()).toEqual([])
    })
  })

  test('the owner that is told of a lock of ours is this machine', async () => {
    const ref = yard.ref()
    start(ref)
    await locked(1)
    const [name = ''] = yard.locks()
    const [entry] = await markedProcesses(markOf(ref.id))
    expect(JSON.parse(yard.restic('cat', 'lock', name, '--no-lock'))).toMatchObject({
      hostname: hostname(),
      pid: entry?.pid,
    })
  })
})
