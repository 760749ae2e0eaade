import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { command } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { sweepVessels } from '../../src/crane/sweep.ts'
import type { DockerEngine } from '../../src/engine.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { CRANE2_IMAGE, craneYard, liftRef } from '../crane-yard.ts'
import { failureOf, listed, STORE } from '../crane2-words.ts'

describe.skipIf(!DOCKER)('how an action of version 2 ends', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  beforeEach(async () => {
    await on.volume('data1', { file: 'content' })
  })
  afterEach(async () => {
    expect(await on.vessels()).toEqual([])
    await on.clean()
  })
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const source = { medium: 'docker-volume', name: 'data1' } as const
  const init = { ...calm(), init: true }
  const made = async (settings: Partial<ContainerCraneSettings> = {}): Promise<RestorePoint> => {
    await on.crane2(settings).preflight(STORE, [source], init)
    return (await on.crane2(settings).lift(liftRef('data1'), source, calm())).point
  }

  test.each([
    [11, 'STORE.LOCKED', true],
    [12, 'STORE.WRONG_PASSWORD', false],
    [13, 'STORE.UNREACHABLE', true],
    [14, 'STORE.FULL', false],
    [17, 'CRANE.UNSUPPORTED', false],
    [18, 'CRANE.SETTINGS', false],
    [1, 'CRANE.FAILED', false],
    [3, 'CRANE.FAILED', false],
  ])('exit code %i of the check before a run is %s', async (code, expected, retryable) => {
    const crane = on.crane2({ env: { CRANE_DIE_AT: 'check', CRANE_EXIT: String(code) } })
    const failure = await failureOf(crane.preflight(STORE, [source], init))
    expect(failure).toMatchObject({ code: expected, retryable, why: expect.stringContaining('about to fail') })
  })

  test.each([
    ['lower', 14, 'RESTORE.NO_SPACE'],
    ['lower', 15, 'RESTORE.POINT_UNKNOWN'],
    ['lower', 16, 'ARCHIVE.DAMAGED'],
    ['check', 16, 'ARCHIVE.DAMAGED'],
    ['forget', 11, 'STORE.LOCKED'],
    ['list', 13, 'STORE.UNREACHABLE'],
    ['lift', 14, 'STORE.FULL'],
  ])('%s that ends with %i is %s', async (action, code, expected) => {
    const point = await made()
    const settings = { env: { CRANE_DIE_AT: action, CRANE_EXIT: String(code) } }
    const crane = on.crane2(settings)
    const acts: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
      lower: async () => crane.archives?.lower(point, STORE, await on.volume('new'), calm()),
      check: () => crane.archives?.check?.(point, STORE, calm()),
      forget: () => crane.archives?.remove([point], STORE, calm()),
      list: () => listed(on.crane2(settings)),
      lift: () => crane.lift(liftRef('data1'), source, calm()),
    }
    expect(await failureOf(acts[action]?.())).toMatchObject({ code: expected })
  })

  test('maxConcurrent counts every action', async () => {
    const point = await made()
    const crane = on.crane2({ maxConcurrent: 1, env: { CRANE_HANG_AT: 'check', CRANE_SLEEP: '1' } })
    let most = 0
    let busy = true
    const all = Promise.all([
      crane.archives?.check?.(point, STORE, calm()),
      crane.preflight(STORE, [source], init),
      crane.lift(liftRef('data1'), source, calm()),
    ]).finally(() => {
      busy = false
    })
    const isBusy = (): boolean => busy
    while (isBusy()) {
      most = Math.max(most, (await on.vessels()).length)
      await sleep(20)
    }
    await all
    expect(most).toBe(1)
  })

  test('maxConcurrent counts what other rigs of this process run, as many as the newest settings let in', async () => {
    const point = await made()
    const most = async (count: number): Promise<number> => {
      let seen = 0
      const over = new AbortController()
      const settings = { maxConcurrent: count, env: { CRANE_HANG_AT: 'check', CRANE_SLEEP: '1' } }
      const one = async (): Promise<void> => on.crane2(settings).archives?.check?.(point, STORE, calm())
      const all = Promise.all([one(), one(), one()]).finally(() => over.abort())
      while (!over.signal.aborted) {
        seen = Math.max(seen, (await on.vessels()).length)
        await sleep(20)
      }
      await all
      return seen
    }
    expect(await most(1)).toBe(1)
    expect(await most(2)).toBe(2)
  })

  test('what is taken back waits for no turn', async () => {
    await made()
    const ref = liftRef('data1')
    await on.crane2().lift(ref, source, calm())
    const crane = on.crane2({ maxConcurrent: 1, env: { CRANE_HANG_AT: 'lift' } })
    const over = new AbortController()
    const long = liftRef('data1')
    const lift = crane.lift(long, source, { signal: over.signal })
    await on.ready(long)
    await crane.archives?.withdraw(ref, calm())
    expect(await listed(on.crane2())).toHaveLength(1)
    expect(await on.vessels()).toEqual([`salvage-${long.id}`])
    over.abort(new Error('enough'))
    await expect(lift).rejects.toThrow('enough')
  })

  test('a leftover that cannot be removed keeps no other from being removed', async () => {
    for (const id of ['task-1', 'task-2', 'task-3']) {
      const labels = [
        'salvage.entity=crane',
        'salvage-kit.action=check',
        `salvage-kit.lift=${id}`,
        'salvage-kit.until=1',
      ]
      await on.cli('create', `--name=salvage-${id}`, ...labels.map((label) => `--label=${label}`), CRANE2_IMAGE)
    }
    const stuck = await on.cli('inspect', '--format={{.Id}}', 'salvage-task-2')
    const engine: DockerEngine = {
      ...on.engine,
      removeContainer: async (id, call) =>
        id === stuck
          ? Promise.reject(new SalvageError('DOCKER.ENGINE', 'device or resource busy'))
          : on.engine.removeContainer(id, call),
    }
    await expect(sweepVessels(engine, calm())).rejects.toMatchObject({ code: 'DOCKER.ENGINE' })
    expect(await on.vessels()).toEqual(['salvage-task-2'])
    await sweepVessels(on.engine, calm())
  })

  test.each(['check', 'list', 'forget', 'lower'])('%s that hangs ends in time, with its last words', async (action) => {
    const point = await made()
    const settings = { env: { CRANE_HANG_AT: action }, timeoutMs: 1500, graceMs: 500 }
    const { archives } = on.crane2(settings)
    const acts: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
      lower: async () => archives?.lower(point, STORE, await on.volume('new'), calm()),
      check: () => archives?.check?.(point, STORE, calm()),
      forget: () => archives?.remove([point], STORE, calm()),
      list: () => listed(on.crane2(settings)),
    }
    expect(await failureOf(acts[action]?.())).toMatchObject({
      code: 'CRANE.TIMEOUT',
      why: expect.stringContaining('ready for'),
    })
  })

  test('a crane that removes its own container, or is stopped, in the middle of a list', async () => {
    await made()
    for (const [verb, code] of [
      ['rm', /CRANE.(FAILED|STOPPED)/],
      ['stop', /CRANE.STOPPED/],
    ] as const) {
      const failing = failureOf(listed(on.crane2({ env: { CRANE_HANG_AT: 'list' } })))
      let names: readonly string[] = []
      while (names.length === 0) names = await on.vessels()
      await sleep(500)
      await on.cli(verb, ...(verb === 'rm' ? ['--force'] : []), ...names)
      expect((await failing).code).toMatch(code)
    }
  })

  test('a log of a gigabyte fills neither memory nor the disk of the engine', async () => {
    await on.crane2().preflight(STORE, [source], init)
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    const ref = liftRef('data1')
    const env = { CRANE_LOG_AT: 'lift', CRANE_LOG_MB: '1024', CRANE_HANG_AT: 'lift', CRANE_SLEEP: '3' }
    const lift = on.crane2({ env }).lift(ref, source, calm())
    await on.ready(ref)
    const log = await on.cli('inspect', '--format={{.LogPath}}', `salvage-${ref.id}`)
    const size = await command('du', ['-sk', join(log, '..')])
    expect(Number.parseInt(size, 10)).toBeLessThan(24 * 1024)
    expect((await lift).point.state).toBe('good')
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20)
  })
})
