import { setTimeout } from 'node:timers/promises'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source, Store } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markOf } from '../../src/restic/claim.ts'
import { resticStore } from '../../src/restic/restic-store.ts'
import { markedProcesses } from '../../src/process/process-table.ts'
import { calm, resticYard } from './restic-yard.ts'
import type { ResticYard } from './restic-yard.ts'

const root = process.geteuid?.() === 0
const random = (megabytes: number): Buffer =>
  execFileSync('head', ['-c', `${String(megabytes)}M`, '/dev/urandom'], { maxBuffer: 1e9 })

/** Whether this machine lets us mount, so that a disk can be full. */
function mountable(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return root
  } catch {
    return false
  }
}

describe.skipIf(!part('restic').available)('with restic', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => yard[Symbol.dispose]())
  const points = (store: Store): Promise<unknown[]> => Array.fromAsync(yard.crane.archives?.list(store, calm) ?? [])

  describe('what can be read only in part', () => {
    const unreadable = root ? '/proc/sys/net/ipv4/route' : undefined

    test('makes a partial copy that says so to whoever lists it', async () => {
      if (unreadable === undefined) chmodSync(yard.at('source/sub/file'), 0)
      const source: Source = { medium: 'directory', path: unreadable ?? yard.at('source') }
      const ref = yard.ref()
      const { point, findings } = await yard.crane.lift(ref, source, calm)
      expect(point.state).toBe('partial')
      expect(findings).toMatchObject([
        { code: 'LIFT.UNREADABLE', message: expect.stringContaining('could not be read') },
      ])
      expect(await points(yard.store)).toMatchObject([
        { id: point.id, state: 'partial', target: ref.target, runId: ref.runId },
      ])
      expect(yard.locks()).toEqual([])
      expect(yard.claims()).toEqual([])
      await yard.crane.archives?.withdraw(ref, calm)
      expect(await points(yard.store)).toEqual([])
    })

    test('a file that goes while others are read makes it partial', async () => {
      // Restic reads two files at once and looks at the next when one is done.
      for (const name of ['a', 'b', 'c', 'd']) {
        writeFileSync(yard.at(`source/${name}`), '')
        truncateSync(yard.at(`source/${name}`), 7e8)
      }
      writeFileSync(yard.at('source/z'), 'soon gone')
      const { point, findings } = await yard.crane.lift(yard.ref(), yard.source, {
        ...calm,
        onProgress: ({ bytes }) => bytes > 0 && rmSync(yard.at('source/z'), { force: true }),
      })
      expect(point.state).toBe('partial')
      expect(findings).toMatchObject([
        {
          code: 'LIFT.UNREADABLE',
          message: `${yard.at('source/z')} could not be read`,
          why: 'no such file or directory',
        },
      ])
    })

    test('a source that is gone makes none', async () => {
      rmSync(yard.at('source'), { recursive: true })
      await expect(yard.crane.lift(yard.ref(), yard.source, calm)).rejects.toMatchObject({ code: 'DIRECTORY.MISSING' })
      expect(await points(yard.store)).toEqual([])
    })
  })

  describe('a lock', () => {
    test('of a living process is told with its owner, and stays', async () => {
      const foreign = yard.start('backup', '--stdin')
      await expect.poll(yard.locks, { timeout: 20_000 }).toHaveLength(1)
      const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
      await expect(yard.crane.archives?.remove([point], yard.store, calm)).rejects.toMatchObject({
        code: 'STORE.LOCKED',
        retryable: true,
        why: expect.stringContaining(`by PID ${String(foreign.pid)} on`),
      })
      expect(yard.locks()).toHaveLength(1)
      expect(yard.claims()).toEqual([])
      foreign.kill('SIGINT')
      await expect.poll(yard.locks, { timeout: 20_000 }).toEqual([])
    })

    test('of somebody who forgets is waited for by a lift', async () => {
      const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
      const pruner = yard.start('forget', '--prune', point.id)
      await expect.poll(yard.locks, { timeout: 20_000, interval: 5 }).toHaveLength(1)
      pruner.kill('SIGSTOP')
      const lifted = yard.crane.lift(yard.ref(), yard.source, calm)
      // Longer than a lift takes to find that the repository is locked.
      await setTimeout(3000)
      expect(yard.locks()).toHaveLength(1)
      pruner.kill('SIGCONT')
      await expect(lifted).resolves.toMatchObject({ point: { state: 'good' } })
    })

    test('of a restic of ours that was killed goes with the next call that it hinders', async () => {
      const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
      writeFileSync(yard.at('source/big'), '')
      truncateSync(yard.at('source/big'), 50e9)
      const ref = yard.ref()
      const lifted = yard.crane.lift(ref, yard.source, calm)
      lifted.catch(() => {})
      await expect.poll(yard.locks, { timeout: 20_000 }).toHaveLength(1)
      for (const entry of await markedProcesses(markOf(ref.id))) process.kill(entry.pid, 'SIGKILL')
      await expect(lifted).rejects.toMatchObject({
        code: 'CRANE.FAILED',
        message: expect.stringContaining('was killed'),
      })
      expect(yard.locks()).toHaveLength(1)
      await yard.crane.archives?.remove([point], yard.store, calm)
      expect(yard.locks()).toEqual([])
      expect(yard.claims()).toEqual([])
    })
  })

  test.each([
    ['as soon as it has locked', 0],
    ['when it copies', 1],
  ])('an abort %s ends restic, and clear leaves nothing', async (_name, bytes) => {
    writeFileSync(yard.at('source/big'), '')
    truncateSync(yard.at('source/big'), 50e9)
    const controller = new AbortController()
    const ref = yard.ref()
    const copying = Promise.withResolvers<void>()
    const lifted = yard.crane.lift(ref, yard.source, {
      signal: controller.signal,
      onProgress: (now) => now.bytes >= bytes && copying.resolve(),
    })
    lifted.catch(() => {})
    await expect.poll(yard.locks, { timeout: 20_000 }).toHaveLength(1)
    if (bytes > 0) await copying.promise
    controller.abort(new Error('enough'))
    await expect(lifted).rejects.toThrow('enough')
    expect(await markedProcesses(markOf(ref.id))).toEqual([])
    // Restic forgets a lock that it was about to check when it was stopped; later it does not.
    if (bytes > 0) expect(yard.locks()).toEqual([])
    await yard.crane.clear(ref, calm)
    expect(yard.locks()).toEqual([])
    expect(yard.claims()).toEqual([])
    expect(await points(yard.store)).toEqual([])
  })

  test('what was damaged is found by check and by lower', async () => {
    writeFileSync(yard.at('source/data'), random(3))
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    await yard.crane.archives?.check?.(point, yard.store, calm)
    const packs = readdirSync(yard.at('repo/data'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    for (const pack of packs) {
      const file = join(pack.parentPath, pack.name)
      const content = readFileSync(file)
      if (content.length < 100_000) continue
      content[50_000] = (content[50_000] ?? 0) ^ 1
      chmodSync(file, 0o600)
      writeFileSync(file, content)
    }
    await expect(yard.crane.archives?.check?.(point, yard.store, calm)).rejects.toMatchObject({
      code: 'ARCHIVE.DAMAGED',
    })
    mkdirSync(yard.at('place'))
    const place = { medium: 'directory', path: yard.at('place') } as const
    await expect(yard.crane.archives?.lower(point, yard.store, place, calm)).rejects.toMatchObject({
      code: 'ARCHIVE.DAMAGED',
    })
  })

  test('a point that is not there', async () => {
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    const other = { ...point, id: 'f'.repeat(64) }
    mkdirSync(yard.at('place'))
    const place = { medium: 'directory', path: yard.at('place') } as const
    const { archives } = yard.crane
    const unknown = { code: 'RESTORE.POINT_UNKNOWN' }
    await expect(archives?.check?.(other, yard.store, calm)).rejects.toMatchObject(unknown)
    await expect(archives?.lower(other, yard.store, place, calm)).rejects.toMatchObject(unknown)
    await expect(archives?.remove([{ ...point, id: 'latest' }], yard.store, calm)).rejects.toMatchObject(unknown)
    await yard.crane.archives?.remove([other], yard.store, calm)
    await yard.crane.archives?.remove([], yard.store, calm)
    expect(await points(yard.store)).toHaveLength(1)
  })

  const disk = (name: string, size: string): string => {
    mkdirSync(yard.at(name), { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'salvage-test', yard.at(name)])
    return yard.at(name)
  }

  describe.skipIf(!mountable())('a disk that is full', () => {
    afterEach(() => {
      execFileSync('umount', [yard.at('small')], { stdio: 'ignore' })
    })

    test('under the repository', async () => {
      const folder = join(disk('small', '6m'), 'repo')
      cpSync(yard.at('repo'), folder, { recursive: true })
      const store = resticStore(folder, { passwordFile: yard.at('password') })
      writeFileSync(yard.at('source/data'), random(30))
      const ref = yard.ref(store)
      await expect(yard.crane.lift(ref, yard.source, calm)).rejects.toMatchObject({ code: 'STORE.FULL' })
      await yard.crane.clear(ref, calm)
      expect(yard.claims()).toEqual([])
      expect(await points(store)).toEqual([])
    })

    test('under the destination', async () => {
      writeFileSync(yard.at('source/data'), random(10))
      const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
      const place = { medium: 'directory', path: disk('small', '4m') } as const
      await expect(yard.crane.archives?.lower(point, yard.store, place, calm)).rejects.toMatchObject({
        code: 'RESTORE.NO_SPACE',
      })
    })
  })
})
