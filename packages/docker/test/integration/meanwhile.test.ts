import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { act } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const SERVICE = [
  '--label=com.docker.compose.project=shop',
  '--label=com.docker.compose.service=db',
  '--label=com.docker.compose.container-number=1',
]

describe.skipIf(!DOCKER)('what others do to a container that is at rest', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  describe('the operator stops it: it stays stopped', () => {
    test('a paused one', async () => {
      await on.app('app1', '--label=salvage.action=pause')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('stop', '--time=1', 'app1')
      expect(await one.release()).toEqual(['DOCKER.LEFT_STOPPED'])
      expect(await one.release()).toEqual(['DOCKER.LEFT_STOPPED'])
      expect(await status('app1')).toBe('exited')
    })

    test('a stopped one that was started meanwhile', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('start', 'app1')
      await on.cli('stop', 'app1')
      expect(await one.release()).toEqual(['DOCKER.LEFT_STOPPED'])
      expect(await status('app1')).toBe('exited')
    })

    test('one that was started meanwhile and ended by itself is started again', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('start', 'app1')
      await on.cli('kill', 'app1')
      expect(await one.release()).toEqual([])
      expect(await status('app1')).toBe('running')
    })

    test('and one that he pauses stays paused', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('start', 'app1')
      await on.cli('pause', 'app1')
      expect(await one.release()).toEqual(['DOCKER.LEFT_PAUSED'])
      expect(await status('app1')).toBe('paused')
    })
  })

  describe('another one takes its place while it is still there: the old one is never started', () => {
    test('compose is half way, the new one is made', async () => {
      await on.app('shop-db-1', ...SERVICE)
      const one = await act(on, 'shop-db-1')
      await one.hold()
      await on.cli('rename', 'shop-db-1', 'old')
      // The list of containers knows whole seconds.
      await sleep(1000)
      await on.cli('create', '--name=shop-db-1', '--network=none', ...SERVICE, IMAGE)
      expect(await one.release()).toEqual([])
      expect([await status('old'), await status('shop-db-1')]).toEqual(['exited', 'running'])
    })

    test('the new one is up already', async () => {
      await on.app('shop-db-1', ...SERVICE)
      const one = await act(on, 'shop-db-1')
      await one.hold()
      await on.cli('rename', 'shop-db-1', 'old')
      await on.app('shop-db-1', ...SERVICE)
      expect(await one.release()).toEqual([])
      expect([await status('old'), await status('shop-db-1')]).toEqual(['exited', 'running'])
    })

    test('without compose, by its name', async () => {
      await on.app('app1')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('rename', 'app1', 'old')
      await on.app('app1')
      expect(await one.release()).toEqual([])
      expect([await status('old'), await status('app1')]).toEqual(['exited', 'running'])
    })

    test('a paused one is told of', async () => {
      await on.app('app1', '--label=salvage.action=pause')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('rename', 'app1', 'old')
      await on.app('app1')
      expect(await one.release()).toEqual(['DOCKER.REPLACED'])
      expect([await status('old'), await status('app1')]).toEqual(['paused', 'running'])
    })

    test('its post command runs in the new one', async () => {
      await on.app('app1', '--label=salvage.command.post=touch /tmp/post')
      const one = await act(on, 'app1')
      await one.hold()
      await on.cli('rename', 'app1', 'old')
      await on.app('app1')
      expect(await one.release()).toEqual([])
      expect(await on.cli('exec', 'app1', 'ls', '/tmp')).toBe('post')
    })
  })

  test('one that was merely renamed is the same', async () => {
    await on.app('app1')
    const one = await act(on, 'app1')
    await one.hold()
    await on.cli('rename', 'app1', 'other')
    expect(await one.release()).toEqual([])
    expect(await status('other')).toBe('running')
  })

  test('a second container of the same service that was there before is another one', async () => {
    await on.app('first', ...SERVICE)
    await on.app('second', ...SERVICE)
    const [first, second] = [await act(on, 'first'), await act(on, 'second')]
    const ids = [first.workload.id, second.workload.id]
    expect([
      ['docker:first', 'docker:shop/db/1'],
      ['docker:shop/db/1', 'docker:second'],
    ]).toContainEqual(ids)
    await first.hold()
    await second.hold()
    expect([await first.release(), await second.release()]).toEqual([[], []])
    expect([await status('first'), await status('second')]).toEqual(['running', 'running'])
  })
})
