import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DockerEngine } from '../../src/engine.ts'
import { quiescerOf, story } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

describe.skipIf(!DOCKER)('a call to the engine that is given up half way', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  const slow = 'trap "sleep 2; exit 0" TERM; echo ready; while :; do sleep 0.1; done'

  test('goes on in the engine: resume waits for its end and starts the container again', async () => {
    await on.cli('run', '-d', '--name=app1', '--network=none', IMAGE, 'sh', '-c', slow)
    await expect.poll(() => on.cli('logs', 'app1'), { timeout: 30_000 }).toContain('ready')
    const stop = quiescerOf(on, 'docker.stop')
    const token = await stop.prepare('docker:app1', {}, calm())
    const controller = new AbortController()
    const held = stop.quiesce(token, { signal: controller.signal })
    await expect.poll(() => on.cli('top', 'app1'), { timeout: 10_000 }).toContain('sleep 2')
    controller.abort(new Error('enough'))
    await expect(held).rejects.toThrow('enough')
    expect(await status('app1')).toBe('running')
    const since = await on.engine.now(calm())
    expect(await stop.resume(token, { ...calm(), quiesced: 'maybe' })).toEqual([])
    expect(await story(on, 'app1', since)).toEqual(['die', 'stop', 'start'])
    expect(await status('app1')).toBe('running')
  })

  test('a stop that the engine has not begun yet when somebody looks is waited for as well', async () => {
    await on.app('app1')
    const controller = new AbortController()
    let arrived: Promise<void> | undefined
    // The request is on its way, behind a proxy that is busy, when its sender gives up.
    const far: DockerEngine = {
      ...on.engine,
      stopContainer: async (container, options) => {
        arrived = sleep(100).then(() => on.engine.stopContainer(container, { ...options, ...calm() }))
        controller.abort(new Error('enough'))
        options.signal.throwIfAborted()
      },
    }
    const stop = quiescerOf({ engine: far }, 'docker.stop')
    const token = await stop.prepare('docker:app1', {}, calm())
    await expect(stop.quiesce(token, { signal: controller.signal })).rejects.toThrow('enough')
    await stop.resume(token, { ...calm(), quiesced: 'maybe' })
    await arrived
    expect(await status('app1')).toBe('running')
  })

  test('a container that got another signal and lives is not waited for', async () => {
    await on.cli(
      'run',
      '-d',
      '--name=app1',
      '--network=none',
      '--stop-timeout=1',
      IMAGE,
      'sh',
      '-c',
      'trap "" USR1; while :; do sleep 0.1; done',
    )
    const stop = quiescerOf(on, 'docker.stop')
    const token = await stop.prepare('docker:app1', {}, calm())
    await on.cli('kill', '--signal=USR1', 'app1')
    const again = quiescerOf({ engine: unwaiting(on.engine) }, 'docker.stop')
    expect(await again.resume(token, { ...calm(), quiesced: 'maybe' })).toEqual([])
    expect(await status('app1')).toBe('running')
  })

  test('one that was never begun costs no wait', async () => {
    await on.app('app1')
    const stop = quiescerOf(on, 'docker.stop')
    const token = await stop.prepare('docker:app1', {}, calm())
    const again = quiescerOf({ engine: unwaiting(on.engine) }, 'docker.stop')
    expect(await again.resume(token, { ...calm(), quiesced: 'maybe' })).toEqual([])
  })

  test('a pause is not given up half way', async () => {
    await on.app('app1')
    const pause = quiescerOf(on, 'docker.pause')
    const token = await pause.prepare('docker:app1', {}, calm())
    const controller = new AbortController()
    const held = pause.quiesce(token, { signal: controller.signal })
    await Promise.allSettled([held, Promise.resolve().then(() => controller.abort())])
    expect(await pause.resume(token, { ...calm(), quiesced: 'maybe' })).toEqual([])
    expect(await status('app1')).toBe('running')
  })
})

function unwaiting(engine: DockerEngine): DockerEngine {
  return { ...engine, waitContainer: () => Promise.reject(new Error('it waited')) }
}
