import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { act, quiescerOf, story } from '../acts.ts'
import type { DockerEngine } from '../../src/engine.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const PRE = '--label=salvage.command.pre'
const POST = '--label=salvage.command.post'
const ACTION = '--label=salvage.action'

describe.skipIf(!DOCKER)('containers come to rest and back', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  /** Holds and releases once; resolves with what the container saw of it. */
  async function once(name: string): Promise<{ told: string[]; findings: string[] }> {
    const since = await on.engine.now(calm())
    const one = await act(on, name)
    await one.hold()
    expect(await one.disturbances()).toEqual([])
    const findings = await one.release()
    return { told: await story(on, name, since), findings }
  }

  describe('by their labels', () => {
    test.each([
      ['nothing', [], ['kill', 'die', 'stop', 'start']],
      ['stop', [`${ACTION}=stop`], ['kill', 'die', 'stop', 'start']],
      ['pause', [`${ACTION}=pause`], ['pause', 'unpause']],
      ['pre and post', [`${PRE}=true`, `${POST}=true`], ['exec', 'exec']],
      ['pre alone', [`${PRE}=true`], ['exec']],
      ['post alone: stopped, and then the command', [`${POST}=true`], ['kill', 'die', 'stop', 'start', 'exec']],
      [
        'commands around a stop',
        [`${PRE}=true`, `${POST}=true`, `${ACTION}=stop`],
        ['exec', 'kill', 'die', 'stop', 'start', 'exec'],
      ],
      [
        'commands around a pause',
        [`${PRE}=true`, `${POST}=true`, `${ACTION}=pause`],
        ['exec', 'pause', 'unpause', 'exec'],
      ],
      ['always restarted', ['--restart=always'], ['kill', 'die', 'stop', 'start']],
      ['unless stopped', ['--restart=unless-stopped'], ['kill', 'die', 'stop', 'start']],
    ])('%s', async (_, args, told) => {
      await on.app('app1', '--volume=d1:/data', ...args)
      expect(await once('app1')).toEqual({ told, findings: [] })
      expect(await status('app1')).toBe('running')
      expect(await on.cli('inspect', '--format={{.RestartCount}}', 'app1')).toBe('0')
    })
  })

  describe('what was at rest before stays as it was', () => {
    test.each(['stop', 'pause'])('a stopped one, action %s', async (action) => {
      await on.app('app1', `${ACTION}=${action}`, `${PRE}=touch /tmp/x`, `${POST}=true`)
      await on.cli('stop', 'app1')
      expect(await once('app1')).toEqual({ told: [], findings: [] })
      expect(await status('app1')).toBe('exited')
    })

    test.each(['stop', 'pause'])('a paused one, action %s', async (action) => {
      await on.app('app1', `${ACTION}=${action}`, `${PRE}=touch /tmp/x`, `${POST}=true`)
      await on.cli('pause', 'app1')
      expect(await once('app1')).toEqual({ told: [], findings: [] })
      expect(await status('app1')).toBe('paused')
    })

    test('one that was never started', async () => {
      await on.cli('create', '--name=app1', IMAGE)
      expect(await once('app1')).toEqual({ told: [], findings: [] })
      expect(await status('app1')).toBe('created')
    })
  })

  test('its own grace and signal hold', async () => {
    const trap = 'trap "sleep 2; exit 7" USR1; echo ready; while :; do sleep 0.1; done'
    await on.cli(
      'run',
      '-d',
      '--name=app1',
      '--network=none',
      '--stop-signal=USR1',
      '--stop-timeout=20',
      IMAGE,
      'sh',
      '-c',
      trap,
    )
    // Before it has its trap, the first process of a container never gets the signal.
    await expect.poll(() => on.cli('logs', 'app1'), { timeout: 30_000 }).toContain('ready')
    const one = await act(on, 'app1')
    await one.hold()
    expect(await on.engine.inspectContainer('app1', calm())).toMatchObject({ status: 'exited', exitCode: 7 })
    expect(await one.release()).toEqual([])
  })

  test('one that restarts all the time is stopped, and goes on restarting', async () => {
    await on.cli(
      'run',
      '-d',
      '--name=app1',
      '--network=none',
      '--restart=always',
      IMAGE,
      'sh',
      '-c',
      'sleep 0.2; exit 3',
    )
    const one = await act(on, 'app1')
    await one.hold()
    expect(await status('app1')).toBe('exited')
    expect(await one.release()).toEqual([])
    expect(['running', 'restarting']).toContain(await status('app1'))
  })

  test('one made with --rm is never stopped', async () => {
    await on.app('app1', '--rm')
    const stop = (await act(on, 'app1')).workload
    expect(stop.quiesce).toEqual([])
    const quiescer = quiescerOf(on, 'docker.stop')
    await expect(quiescer.prepare('docker:app1', {}, calm())).rejects.toMatchObject({ code: 'DOCKER.AUTO_REMOVE' })
    expect(await status('app1')).toBe('running')
  })

  test('a container in the network of another: started in order both run; out of order it says what is missing', async () => {
    await on.app('provider')
    await on.cli('run', '-d', '--name=guest', '--network=container:provider', IMAGE)
    const provider = await act(on, 'provider')
    const guest = await act(on, 'guest')
    await guest.hold()
    await provider.hold()
    await expect(guest.release()).rejects.toMatchObject({ code: 'DOCKER.NOT_STARTED', retryable: true })
    await provider.release()
    await guest.release()
    expect([await status('provider'), await status('guest')]).toEqual(['running', 'running'])
  })

  describe('what others do during the hold', () => {
    test('somebody starts it: seen, and the post command still runs', async () => {
      await on.app('app1', `${POST}=touch /tmp/post`)
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('start', 'app1')
      expect(await one.disturbances()).toEqual([expect.stringContaining('running')])
      expect(await one.release()).toEqual([])
      expect(await on.cli('exec', 'app1', 'ls', '/tmp')).toBe('post')
    })

    test('somebody lets a paused one go on, briefly', async () => {
      await on.app('app1', `${ACTION}=pause`)
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('unpause', 'app1')
      await on.cli('pause', 'app1')
      expect(await one.disturbances()).toEqual([expect.stringContaining('did "unpause"')])
      expect(await one.release()).toEqual([])
      expect(await status('app1')).toBe('running')
    })

    test('a paused one that somebody ends is started again', async () => {
      await on.app('app1', `${ACTION}=pause`)
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('kill', 'app1')
      expect(await one.disturbances()).toEqual([expect.stringContaining('exited')])
      expect(await one.release()).toEqual([])
      expect(await status('app1')).toBe('running')
    })

    test('compose makes it anew under the same service: the new one is put back', async () => {
      const service = [
        '--label=com.docker.compose.project=shop',
        '--label=com.docker.compose.service=db',
        '--label=com.docker.compose.container-number=1',
      ]
      await on.app('shop-db-1', ...service)
      const one = await act(on, 'shop-db-1')
      expect(one.workload.id).toBe('docker:shop/db/1')
      await one.hold()
      await on.cli('rm', 'shop-db-1')
      await on.cli('create', '--name=anew', '--network=none', ...service, IMAGE)
      expect(await one.disturbances()).toEqual(['container shop/db/1 was removed'])
      expect(await one.release()).toEqual([])
      expect(await status('anew')).toBe('running')
    })

    test('it is removed for good', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('rm', 'app1')
      expect(await one.release()).toEqual(['DOCKER.GONE'])
      expect(await one.release()).toEqual(['DOCKER.GONE'])
    })

    test('another container of the same beginning is not taken for it', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('rm', 'app1')
      await on.cli('create', '--name=app12', IMAGE)
      expect(await one.release()).toEqual(['DOCKER.GONE'])
      expect(await status('app12')).toBe('created')
    })

    test('it ends at once when it is started', async () => {
      const script = '[ -e /tmp/ran ] && exit 9; touch /tmp/ran; trap "exit 0" TERM; while :; do sleep 0.1; done'
      await on.cli('run', '-d', '--name=app1', '--network=none', IMAGE, 'sh', '-c', script)
      const slow: DockerEngine = {
        ...on.engine,
        async startContainer(container, options) {
          await on.engine.startContainer(container, options)
          await on.engine.waitContainer(container, { ...options, limitMs: 10_000 })
        },
      }
      const one = await act({ engine: slow }, 'app1')
      await one.hold()
      expect(await one.release()).toEqual(['DOCKER.ENDED_AGAIN'])
    })
  })
})
