import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { act, quiescerOf } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'
import { recordingProxy } from '../recording-proxy.ts'

describe.skipIf(!DOCKER)('between plan and hold', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  test('a container that is not there any more', async () => {
    await on.app('app1')
    const one = await act(on, 'app1')
    await on.cli('rm', '--force', 'app1')
    await expect(one.hold()).rejects.toMatchObject({ code: 'DOCKER.NOT_FOUND' })
  })

  test.each([
    ['paused', 'pause'],
    ['restarted', 'restart'],
  ])('one that was %s after it was looked at is left alone', async (_, command) => {
    await on.app('app1')
    const quiescer = quiescerOf(on, 'docker.stop')
    const token = await quiescer.prepare('docker:app1', {}, calm())
    await on.cli(command, 'app1')
    const before = await status('app1')
    await expect(quiescer.quiesce(token, calm())).rejects.toMatchObject({ code: 'DOCKER.CHANGED' })
    await quiescer.resume(token, { ...calm(), quiesced: 'maybe' })
    expect(await status('app1')).toBe(before)
  })

  test.each([
    ['stop', 'stop'],
    ['stop', 'pause'],
    ['pause', 'stop'],
    ['pause', 'pause'],
    ['exec', 'restart'],
  ])('docker.%s of one that got a docker %s says that it did nothing', async (kind, command) => {
    await on.app('app1')
    const quiescer = quiescerOf(on, `docker.${kind}`)
    const settings = kind === 'exec' ? { pre: ['true'], alone: true } : {}
    const token = await quiescer.prepare('docker:app1', settings, calm())
    await on.cli(command, 'app1')
    await expect(quiescer.quiesce(token, calm())).rejects.toMatchObject({ code: 'DOCKER.CHANGED', untouched: true })
  })

  test('the engine is asked no more often than needed', async () => {
    await using proxy = await recordingProxy(on.dockerd.socket)
    const quiescer = quiescerOf({ engine: dockerodeEngine({ host: proxy.host }) }, 'docker.stop')
    await on.app('app1')
    const asked = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
      const before = proxy.requests.length
      await work()
      const told = proxy.requests.slice(before).map((request) => request.replace(/[0-9a-f]{64}/, 'ID'))
      return told.map((request) =>
        request.replace(/^(\w+) \/(v[\d.]+\/)?([^?]*).*$/, '$1 $3').replace('containers/', ''),
      )
    }
    const token = await quiescer.prepare('docker:app1', {}, calm())
    expect(await asked(() => quiescer.quiesce(token, calm()))).toEqual(['GET ID/json', 'POST ID/stop', 'GET ID/json'])
    expect(await asked(async () => quiescer.atRest?.(token, calm()))).toEqual(['GET ID/json'])
    const resume = async (): Promise<unknown> => quiescer.resume(token, { ...calm(), quiesced: 'yes' })
    expect(await asked(resume)).toEqual(['GET app1/json', 'POST ID/start', 'GET ID/json'])
  })

  test('a token of another kind', async () => {
    for (const id of ['docker.stop', 'docker.pause', 'docker.exec'])
      await expect(quiescerOf(on, id).quiesce({ version: 2 }, calm())).rejects.toMatchObject({ code: 'DOCKER.TOKEN' })
  })
})
