import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { quiescerContract } from '@salvage-kit/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { surveyEngine } from '../../src/discovery/survey.ts'
import { scaleQuiescer } from '../../src/quiesce/scale.ts'
import { act } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const ALIVE = 'trap "exit 0" TERM; while :; do sleep 86400 & wait $!; done'

describe.skipIf(!DOCKER)('services of a swarm', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
    // The engine stands in a network of its own, in which nothing is up.
    const pid = (await readFile(join(dirname(on.dockerd.socket), 'pid'), 'utf8')).trim()
    await command('nsenter', ['--net', '--target', pid, 'ip', 'link', 'set', 'lo', 'up'])
    await on.cli('swarm', 'init', '--advertise-addr=127.0.0.1')
  }, 120_000)
  afterEach(clean, 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function clean(): Promise<void> {
    const services = (await on.cli('service', 'ls', '--quiet')).split('\n').filter(Boolean)
    if (services.length > 0) await on.cli('service', 'rm', ...services)
    await on.clean()
  }

  async function service(name: string, ...args: string[]): Promise<void> {
    const mount = '--mount=type=volume,source=data,target=/data'
    const made = ['service', 'create', '--quiet', '--detach', '--network=host', `--name=${name}`, mount, ...args]
    await on.cli(...made, IMAGE, 'sh', '-c', ALIVE)
    const wanted = args.includes('--replicas=2') ? '2/2' : '1/1'
    await expect.poll(() => replicas(name), { timeout: 30_000 }).toBe(wanted)
  }

  async function scale(name: string, count: number): Promise<void> {
    await on.cli('service', 'scale', '--detach', `${name}=${String(count)}`)
    await expect.poll(() => replicas(name), { timeout: 30_000 }).toBe(`${String(count)}/${String(count)}`)
  }

  const replicas = async (name: string): Promise<string> =>
    on.cli('service', 'ls', `--filter=name=${name}`, '--format={{.Replicas}}')

  quiescerContract('docker.scale', async () => {
    await service('contract', '--replicas=2')
    return {
      quiescer: scaleQuiescer(on.engine),
      again: () => scaleQuiescer(on.engine),
      workload: 'docker:service:contract',
      settings: {},
      state: () => replicas('contract'),
      atRest: async () => (await replicas('contract')) === '0/0',
      rest: async () => scale('contract', 0),
      wake: async () => scale('contract', 1),
      wakeBriefly: async () => {
        await scale('contract', 1)
        await scale('contract', 0)
      },
      [Symbol.asyncDispose]: clean,
    }
  })

  test('a replicated one is one workload, with all its tasks', async () => {
    await service('web', '--replicas=2')
    const { workloads } = await surveyEngine(on.engine, calm())
    const down = { quiescer: 'docker.scale', settings: {} }
    expect(workloads).toMatchObject([
      {
        id: 'docker:service:web',
        name: 'web',
        state: 'running',
        uses: ['docker:data'],
        dependsOn: [],
        quiesce: [down],
        down,
      },
    ])
    const one = await act(on, 'web')
    await one.hold()
    expect([await replicas('web'), await on.cli('ps', '--quiet')]).toEqual(['0/0', ''])
    expect(await one.disturbances()).toEqual([])
    expect(await one.release()).toEqual([])
    expect(await one.healthy()).toEqual([])
    expect(await replicas('web')).toBe('2/2')
  })

  test('one that the operator scales or removes meanwhile is left so', async () => {
    await service('web', '--replicas=2')
    await service('api')
    const [web, api] = [await act(on, 'web'), await act(on, 'api')]
    await web.hold()
    await api.hold()
    await scale('web', 1)
    await on.cli('service', 'rm', 'api')
    expect(await web.disturbances()).toEqual(['service web was scaled to 1'])
    expect([await web.release(), await api.release()]).toEqual([[], ['DOCKER.GONE']])
    expect(await replicas('web')).toBe('1/1')
  })

  test('one that changed after it was looked at is not touched', async () => {
    await service('web')
    const quiescer = scaleQuiescer(on.engine)
    const token = await quiescer.prepare('docker:service:web', {}, calm())
    await scale('web', 2)
    await expect(quiescer.quiesce(token, calm())).rejects.toMatchObject({ code: 'DOCKER.CHANGED', untouched: true })
    expect(await replicas('web')).toBe('2/2')
  })

  test.each([
    ['a global one', ['--mode=global'], 'it is global'],
    ['one that is to be paused', ['--container-label=salvage.action=pause'], 'swarm would replace it'],
    [
      'one with commands around a stop',
      ['--container-label=salvage.action=stop', '--container-label=salvage.command.pre=true'],
      'swarm would replace it',
    ],
  ])('%s is refused with the reason', async (_, args, why) => {
    await service('web', ...args)
    const { workloads } = await surveyEngine(on.engine, calm())
    expect(workloads).toMatchObject([
      { quiesce: [], refused: { code: 'DOCKER.SWARM_TASK', why: expect.stringContaining(why) } },
    ])
    expect(workloads[0]?.down).toBeUndefined()
  })

  test('one that is told to stay up stays, and one that rests by commands is a container like others', async () => {
    await service('up', '--container-label=salvage.action=ignore')
    await service('hooked', '--container-label=salvage.command.pre=true')
    const { workloads } = await surveyEngine(on.engine, calm())
    const rests = workloads.map(({ quiesce, left }) => [quiesce.map(({ quiescer }) => quiescer), left])
    expect(rests).toHaveLength(2)
    expect(rests).toContainEqual([[], 'it has the label salvage.action=ignore'])
    expect(rests).toContainEqual([['docker.exec'], undefined])
  })
})
