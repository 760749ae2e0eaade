import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from './call.ts'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'

describe.skipIf(!part('btrfs').available)("the plugin's server", () => {
  let bench: PluginBench
  const begun: string[] = []
  const sending = Promise.withResolvers<void>()
  beforeAll(async () => {
    bench = await pluginBench({
      verbs: {
        snapshot: async (volume) => `${volume}@now`,
        snapshots: async (volume) => (volume === undefined ? ['a@1', 'b@1'] : [`${volume}@1`]),
        restore: async (_, target) => (target === undefined ? 'saved@1' : undefined),
        clone: async () => undefined,
        send: async (_, host, { signal }) => {
          begun.push(host)
          if (host === 'ends') return sending.promise
          await delay(600_000, undefined, { signal })
        },
        sync: async (_, hosts) => hosts.map((host) => ({ code: 'SYNC.FAILED', message: `${host} is away` })),
        removeSnapshot: async () => {
          throw new SalvageError('SNAPSHOT.UNKNOWN', 'no such snapshot', { hint: 'look' })
        },
        scheduled: async () => {
          throw new Error('a fault')
        },
        schedule: async (_, __, timer) => {
          expect(timer).toBe('60')
        },
      },
    })
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  const raw = (): Socket => connect(bench.settings.socketPath)
  const get = async (path: string): Promise<unknown> =>
    (await call(bench.settings.socketPath, path, { method: 'GET', body: '' })).body
  const ask = async (path: string, body: object): Promise<unknown> => (await bench.post(path, body)).body
  const alive = async (): Promise<void> => expect((await bench.post('Plugin.Activate', {})).status).toBe(200)

  test.each([
    ['VolumeDriver.Create', 'not json', 400],
    ['VolumeDriver.Create', '{}', 400],
    ['VolumeDriver.Create', '{"Name":123}', 400],
    ['VolumeDriver.Create', '{"Name":"a","Opts":[1]}', 400],
    ['VolumeDriver.Create', 'null', 400],
    ['VolumeDriver.Create', `{"Name":"${'a'.repeat(2_000_000)}"}`, 413],
    ['VolumeDriver.Nope', '{}', 404],
    ['', '{}', 404],
    ['__proto__', '{}', 404],
    ['constructor', '{}', 404],
    ['VolumeDriver.Snapshot.List/%ff', '{}', 404],
    ['../etc/passwd', '{}', 404],
    ['VolumeDriver.Snapshot.List', '{}', 405],
  ])('a request that means nothing is answered with JSON: /%s', async (path, body, status) => {
    const answer = await bench.post(path, body)
    expect(answer).toMatchObject({ status, err: expect.stringMatching(/PLUGIN\.REQUEST/) })
    expect(answer.err).not.toMatch(/\n| at /)
    await alive()
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is not how Docker calls', async (method) => {
    expect(await call(bench.settings.socketPath, 'Plugin.Activate', { method })).toMatchObject({ status: 405 })
  })

  test("the original's own calls", async () => {
    expect(await get('VolumeDriver.Snapshot.List')).toEqual({ Err: '', Snapshots: ['a@1', 'b@1'] })
    expect(await get('VolumeDriver.Snapshot.List/c%20d')).toEqual({ Err: '', Snapshots: ['c d@1'] })
    expect(await ask('VolumeDriver.Snapshot', { Name: 'a' })).toEqual({ Err: '', Snapshot: 'a@now' })
    expect(await ask('VolumeDriver.Snapshot.Restore', { Name: 'a', Target: null })).toEqual({
      Err: '',
      VolumeBackup: 'saved@1',
    })
    expect(await ask('VolumeDriver.Snapshot.Restore', { Name: 'a', Target: 'b' })).toEqual({ Err: '' })
    expect(await ask('VolumeDriver.Clone', { Name: 'a', Target: 'b' })).toEqual({ Err: '', VolumeCloned: 'b' })
    expect(await ask('VolumeDriver.Volume.Sync', { Volumes: ['a'], Hosts: ['h', 'i'] })).toEqual({
      Err: 'h is away [SYNC.FAILED]\ni is away [SYNC.FAILED]',
    })
    expect(await ask('VolumeDriver.Schedule', { Name: 'a', Action: 'snapshot', Timer: 60 })).toEqual({ Err: '' })
  })

  test('a failure is an answer, a fault is a 500 and a warning', async () => {
    expect(await bench.post('VolumeDriver.Snapshot.Remove', { Name: 'a@1' })).toMatchObject({
      status: 200,
      err: 'no such snapshot [SNAPSHOT.UNKNOWN]; next: look',
    })
    const answer = await call(bench.settings.socketPath, 'VolumeDriver.Schedule.List', { method: 'GET' })
    expect(answer).toMatchObject({ status: 500, err: 'a fault [BUG]' })
    expect(bench.warnings).toContainEqual({ code: 'BUG', message: 'a fault' })
  })

  test('what is no HTTP is answered with JSON', async () => {
    const socket = raw()
    socket.write('hello\r\n\r\n')
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ Err: expect.stringMatching(/HTTP/) })
    await alive()
  })

  test('who is slow, goes away or never reads keeps nobody waiting', async () => {
    const lazy = Array.from({ length: 200 }, raw)
    for (const [at, socket] of lazy.entries()) {
      socket.on('error', () => undefined)
      if (at % 4 === 0) socket.write('POST /Vol')
      if (at % 4 === 1) socket.write(`${head(10)}{`)
      if (at % 4 === 2) socket.write(`${head(2)}{}`.repeat(20))
    }
    const hung = Array.from({ length: 20 }, async () =>
      call(bench.settings.socketPath, 'VolumeDriver.Snapshot.Send', { body: { Name: 'a@1', Host: 'h' } }).catch(
        () => undefined,
      ),
    )
    const since = performance.now()
    await bench.post('VolumeDriver.Create', { Name: 'slow' })
    await bench.post('VolumeDriver.Mount', { Name: 'slow', ID: 'x' })
    await bench.post('VolumeDriver.Unmount', { Name: 'slow', ID: 'x' })
    expect((await bench.post('VolumeDriver.Remove', { Name: 'slow' })).err).toBe('')
    expect(performance.now() - since).toBeLessThan(5000)
    for (const socket of lazy) socket.destroy()
    await bench.stop()
    await Promise.all(hung)
    await bench.start()
  })

  test('half a request is let go after a while, an idle connection stays: an engine need not ask twice', async () => {
    using agent = connected()
    await call(bench.settings.socketPath, 'Plugin.Activate', { agent })
    const [before] = Object.values(agent.freeSockets).flat()
    const socket = raw()
    socket.write('POST /VolumeDriver.List HTTP/1.1\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [^]*PLUGIN\.REQUEST/)
    await call(bench.settings.socketPath, 'Plugin.Activate', { agent })
    expect(Object.values(agent.freeSockets).flat()[0]).toBe(before)
  })

  test('a stop lets calls that run come to their end, and aborts long ones', async () => {
    begun.length = 0
    const hung = bench.post('VolumeDriver.Snapshot.Send', { Name: 'a@1', Host: 'h' })
    const ending = bench.post('VolumeDriver.Snapshot.Send', { Name: 'a@1', Host: 'ends' })
    await expect.poll(() => begun.toSorted()).toEqual(['ends', 'h'])
    const stopping = bench.stop()
    sending.resolve()
    expect((await ending).err).toBe('')
    expect((await hung).err).not.toBe('')
    await stopping
    await bench.start()
  })
})

function head(length: number): string {
  return `POST /VolumeDriver.List HTTP/1.1\r\nHost:\r\nContent-Length: ${String(length)}\r\n\r\n`
}

function connected(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}
