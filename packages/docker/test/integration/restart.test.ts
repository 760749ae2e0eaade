import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { act } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

describe.skipIf(!DOCKER)('the engine restarts during a hold', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(async () => {
    await on.dockerd.start()
    await on.clean()
  }, 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  test.each([
    ['a stop', 'stop', [], 'stop'],
    ['a stop', 'kill', [], 'stop'],
    ['a stop of one that is always restarted', 'stop', ['--restart=always'], 'stop'],
    ['a stop of one that is restarted unless it was stopped', 'stop', ['--restart=unless-stopped'], 'stop'],
    ['a pause', 'stop', [], 'pause'],
    ['a pause of one that is always restarted', 'stop', ['--restart=always'], 'pause'],
    ['a pause of one that is restarted unless it was stopped', 'kill', ['--restart=unless-stopped'], 'pause'],
  ] as const)(
    '%s, and the engine gets a %s %j',
    async (_, end, args, action) => {
      await on.app('app1', ...args, `--label=salvage.action=${action}`)
      const one = await act(on, 'app1')
      await one.hold()
      await on.dockerd[end]()
      await expect(one.release()).rejects.toMatchObject({
        code: 'DOCKER.UNREACHABLE',
        message: expect.stringMatching(/container app1: no connection/),
        retryable: true,
      })
      await expect(one.disturbances()).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
      await on.dockerd.start()
      await one.release()
      await one.release()
      expect(await status('app1')).toBe('running')
    },
    120_000,
  )

  test('one that the engine brought up by itself during the hold did not stay at rest', async () => {
    await on.app('app1', '--restart=always')
    const one = await act(on, 'app1')
    await one.hold()
    await on.dockerd.stop()
    await on.dockerd.start()
    await expect.poll(() => status('app1'), { timeout: 20_000 }).toBe('running')
    expect(await one.disturbances()).toEqual([expect.stringContaining('app1 is running')])
  }, 120_000)

  test('what was stopped or paused before: a stopped one stays stopped', async () => {
    await on.app('app1')
    await on.cli('stop', 'app1')
    const one = await act(on, 'app1')
    await one.hold()
    await on.dockerd.stop()
    await on.dockerd.start()
    expect(await one.disturbances()).toEqual([])
    expect(await one.release()).toEqual([])
    expect(await status('app1')).toBe('exited')
  }, 120_000)

  test('the engine dies while a container is being stopped: whatever became of it, it runs again', async () => {
    await on.cli(
      'run',
      '-d',
      '--name=app1',
      '--network=none',
      '--stop-timeout=12',
      'salvage-test/busybox',
      'sh',
      '-c',
      'trap "sleep 6; exit 0" TERM; echo ready; while :; do sleep 0.1; done',
    )
    await expect.poll(() => on.cli('logs', 'app1'), { timeout: 30_000 }).toContain('ready')
    const one = await act(on, 'app1')
    const held = one.hold()
    const failed = expect(held).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE', retryable: true })
    await expect.poll(() => on.cli('top', 'app1'), { timeout: 10_000 }).toContain('sleep 6')
    await on.dockerd.kill()
    await failed
    await on.dockerd.start()
    await one.release()
    expect(await status('app1')).toBe('running')
  }, 120_000)
})
