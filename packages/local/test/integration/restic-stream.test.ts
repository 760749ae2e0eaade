import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LiftRef, RestorePoint } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markedProcesses } from '../../src/process/process-table.ts'
import { markOf } from '../../src/restic/claim.ts'
import { dumpSource, noise, testDump } from '../dumps.ts'
import type { DumpEnd, TestDump } from '../dumps.ts'
import { calm, resticYard } from './restic-yard.ts'
import type { ResticYard } from './restic-yard.ts'

const MIB = 1 << 20

describe.skipIf(!part('restic').available)('the restic crane and a stream', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => yard[Symbol.dispose]())

  const listed = async (): Promise<readonly RestorePoint[]> =>
    Array.fromAsync(yard.crane.archives?.list(yard.store, calm) ?? [])
  const lifted = async (
    dump: TestDump,
    ref: LiftRef = { ...yard.ref(), target: 'dump:shop' },
  ): Promise<RestorePoint> => {
    await yard.crane.preflight(yard.store, [dumpSource], { ...calm, init: false })
    const { point, findings } = await yard.crane.lift(ref, dumpSource, { ...calm, open: dump.open })
    expect(findings).toEqual([])
    expect(await markedProcesses(markOf(ref.id))).toEqual([])
    return point
  }
  const lowered = async (point: RestorePoint, name: string): Promise<string> => {
    mkdirSync(yard.at(name))
    await yard.crane.archives?.lower(point, yard.store, { medium: 'directory', path: yard.at(name) }, calm)
    return yard.at(name)
  }
  const snapshots = (): readonly unknown[] => JSON.parse(yard.restic('snapshots', '--json', '--no-lock')) ?? []

  test.each([
    ['a little', 100, '-x $(id) "shop".sql'],
    ['much', 5 * MIB + 7, 'dümp.sql'],
  ])('%s comes back as it was, readable by its owner alone', async (_, length, name) => {
    const bytes = Buffer.concat([...noise(1, length)])
    const dump = testDump(() => [bytes], 'whole', { name, verdictMs: 300 })
    const point = await lifted(dump)
    expect(point).toMatchObject({ target: 'dump:shop', state: 'good', bytes: length, files: 1 })
    expect(dump.count).toEqual({ opened: 1, over: 1 })
    expect(await listed()).toMatchObject([{ id: point.id, target: 'dump:shop', state: 'good' }])
    expect([...yard.locks(), ...yard.claims()]).toEqual([])
    await yard.crane.archives?.check?.(point, yard.store, calm)
    const into = await lowered(point, 'restored')
    expect(readdirSync(into)).toEqual([name])
    expect(readFileSync(join(into, name)).equals(bytes)).toBe(true)
    expect(statSync(join(into, name)).mode & 0o777).toBe(0o600)
  })

  test('pieces that are gone after their turn are stored as they were', async () => {
    const bytes = Buffer.concat([...noise(20, 300_007)])
    const point = await lifted(testDump(() => noise(20, 300_007), 'whole', { handedOver: true }))
    expect(readFileSync(join(await lowered(point, 'restored'), 'shop.sql')).equals(bytes)).toBe(true)
  })

  test('nothing is no dump for restic', async () => {
    await expect(lifted(testDump(() => []))).rejects.toThrow(expect.objectContaining({ code: 'CRANE.FAILED' }))
    expect(snapshots()).toEqual([])
  })

  test.each<DumpEnd>(['start', 'middle', 'verdict', 'cut', 'after'])(
    'a dump that fails (%s) never becomes a snapshot',
    async (end) => {
      const kept = await lifted(testDump(() => noise(2, 1000)))
      const ref: LiftRef = { ...yard.ref(), target: 'dump:shop' }
      const dump = testDump(() => noise(4, MIB), end, { verdictMs: 200 })
      await expect(lifted(dump, ref)).rejects.toThrow(expect.objectContaining({ code: 'DUMP.NOT_WHOLE' }))
      expect(dump.count).toEqual({ opened: 1, over: 1 })
      expect(await markedProcesses(markOf(ref.id))).toEqual([])
      // Also none that the crane would not list.
      expect(snapshots()).toHaveLength(1)
      expect((await listed()).map(({ id }) => id)).toEqual([kept.id])
      await yard.crane.clear(ref, calm)
      await yard.crane.archives?.withdraw(ref, calm)
      expect([...yard.locks(), ...yard.claims()]).toEqual([])
      expect((await listed()).map(({ id }) => id)).toEqual([kept.id])
    },
  )

  test('an abort in the middle, and one before the verdict, end dump and restic', async () => {
    for (const last of [false, true]) {
      const controller = new AbortController()
      const ref = yard.ref()
      const dump = testDump(
        function* () {
          for (const [n, piece] of [...noise(20, MIB)].entries()) {
            yield piece
            if (!last && n === 10) controller.abort(new Error('enough'))
          }
          if (last) void sleep(300).then(() => controller.abort(new Error('enough')))
        },
        'whole',
        { verdictMs: last ? 3000 : 0 },
      )
      const lifting = yard.crane.lift(ref, dumpSource, { signal: controller.signal, open: dump.open })
      await expect(lifting).rejects.toThrow('enough')
      expect(dump.count.over).toBe(1)
      expect(await markedProcesses(markOf(ref.id))).toEqual([])
      expect(snapshots()).toEqual([])
      await yard.crane.clear(ref, calm)
      expect([...yard.locks(), ...yard.claims()]).toEqual([])
    }
  })

  test('restic that fails by itself ends the dump, and says why', async () => {
    writeFileSync(yard.at('password'), 'wrong')
    const dump = testDump(() => noise(40, MIB))
    const lifting = yard.crane.lift(yard.ref(), dumpSource, { ...calm, open: dump.open })
    await expect(lifting).rejects.toThrow(expect.objectContaining({ code: 'STORE.WRONG_PASSWORD' }))
    expect(dump.count).toEqual({ opened: 1, over: 1 })
  })

  test.skipIf(process.geteuid?.() !== 0)('a repository that is full ends the dump, and says so', async () => {
    const mounted = yard.at('small')
    mkdirSync(mounted)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mounted])
    try {
      execFileSync('cp', ['-a', `${yard.at('repo')}/.`, mounted])
      rmSync(yard.at('repo'), { recursive: true })
      execFileSync('ln', ['-s', mounted, yard.at('repo')])
      const dump = testDump(() => noise(60, MIB))
      const ref = yard.ref()
      const lifting = yard.crane.lift(ref, dumpSource, { ...calm, open: dump.open })
      await expect(lifting).rejects.toThrow(expect.objectContaining({ code: 'STORE.FULL' }))
      expect(dump.count.over).toBe(1)
      expect(await markedProcesses(markOf(ref.id))).toEqual([])
    } finally {
      execFileSync('umount', [mounted])
    }
  })

  test('a repository that another has locked is waited for, and the dump is made anew', async () => {
    // Alone in the repository, and stopped before it can end.
    const other = yard.start('check', '--read-data')
    await expect.poll(() => yard.locks().length, { timeout: 30_000, interval: 5 }).toBe(1)
    other.kill('SIGSTOP')
    await sleep(300)
    expect(yard.locks()).toHaveLength(1)
    const begun: number[] = []
    const dump = testDump(() => {
      begun.push(performance.now())
      return noise(3, 1000)
    })
    const lifting = lifted(dump)
    await expect.poll(() => begun.length, { timeout: 60_000 }).toBeGreaterThan(3)
    // Ever more seldom: each begins a dump.
    const [, , third = 0, fourth = 0] = begun
    expect(fourth - third).toBeGreaterThan(3500)
    expect(await listed()).toEqual([])
    other.kill('SIGCONT')
    const point = await lifting
    expect(dump.count.over).toBe(dump.count.opened)
    expect(dump.count.opened).toBeGreaterThan(1)
    expect((await listed()).map(({ id }) => id)).toEqual([point.id])
  }, 120_000)

  test('500 MB take no memory that grows with them', async () => {
    const length = 4 * MIB
    const count = 125
    let peak = 0
    const digest = createHash('sha256')
    const before = process.memoryUsage().rss
    const dump = testDump(function* () {
      for (const piece of noise(count, length)) {
        digest.update(piece)
        yield piece
        peak = Math.max(peak, process.memoryUsage().rss - before)
      }
    })
    const point = await lifted(dump)
    expect(point.bytes).toBe(count * length)
    expect(peak).toBeLessThan(200 * MIB)
    const into = await lowered(point, 'restored')
    const sum = execFileSync('sha256sum', [join(into, 'shop.sql')], { encoding: 'utf8' })
    expect(sum.slice(0, 64)).toBe(digest.digest('hex'))
  }, 300_000)

  test('stands beside directories: each is listed, restored and removed for itself', async () => {
    const dump = await lifted(testDump(() => noise(2, 1000)))
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    const again = await lifted(testDump(() => noise(3, 1000)))
    expect((await listed()).map(({ id }) => id).toSorted()).toEqual([dump.id, point.id, again.id].toSorted())
    const into = await lowered(point, 'directory')
    expect(readFileSync(join(into, 'sub/file'), 'utf8')).toBe('content')
    await yard.crane.archives?.remove([dump], yard.store, calm)
    expect((await listed()).map(({ id }) => id).toSorted()).toEqual([point.id, again.id].toSorted())
    expect(readFileSync(join(await lowered(again, 'dump'), 'shop.sql'))).toHaveLength(3000)
  })
})
