import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { askStatus } from '../../src/index.ts'
import { configure, startDaemon } from '../daemon.ts'

const { signal } = new AbortController()

async function ask(socketPath: string, path: string, body: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asked = request({ socketPath, method: 'POST', path }, resolve)
  asked.once('error', reject)
  asked.end(JSON.stringify(body))
  return JSON.parse(await text(await promise))
}

describe.skipIf(!part('btrfs').available)('a daemon with volumes on BTRFS', () => {
  test('serves the plugin, runs the schedule, shows both, and stops with both', async () => {
    using folder = temporaryDirectory()
    await using disk = await btrfsFileSystem({ megabytes: 200 })
    for (const name of ['volumes', 'snapshots']) mkdirSync(join(disk.path, name))
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/v')])
    const schedule = join(folder.path, 'schedule.csv')
    writeFileSync(schedule, 'v,snapshot,60,True\r\n')
    const socket = join(folder.path, 'btrfs.sock')
    const btrfs = { volumes: join(disk.path, 'volumes'), snapshots: join(disk.path, 'snapshots'), schedule, socket }
    const config = (more: object): object => ({ docker: { enabled: false }, btrfs: { ...btrfs, ...more } })
    await using daemon = startDaemon({ folder: folder.path, config: config({ plugin: true, scheduler: true }) })
    expect(await daemon.event(({ service, type }) => type === 'service.ready' && service === 'plugin')).toMatchObject({
      socket,
    })
    expect(await ask(socket, '/VolumeDriver.Create', { Name: 'made' })).toEqual({ Err: '' })
    await daemon.event(({ event }) => JSON.stringify(event ?? '').includes('schedule.succeeded'))
    await daemon.next('daemon.ready')
    const status = await askStatus(daemon.socket, { signal })
    expect(status.problems).toEqual([])
    expect(status.services).toMatchObject([
      { name: 'plugin', state: 'ready' },
      { name: 'scheduler', state: 'ready' },
    ])
    // What is switched off ends and on begins, and the other one goes on: an engine may be asking it just now.
    const from = daemon.told.length
    for (const [scheduler, type] of [
      [false, 'service.stopped'],
      [true, 'service.ready'],
    ] as const) {
      const since = daemon.told.length
      configure({ folder: folder.path, config: config({ plugin: true, scheduler }) })
      daemon.signal('SIGHUP')
      await daemon.event((told) => told.type === type && told['service'] === 'scheduler', since)
    }
    expect(
      daemon.told.slice(from).filter(({ service, type }) => service === 'plugin' && type !== 'service.event'),
    ).toEqual([])
    expect(await ask(socket, '/VolumeDriver.Get', { Name: 'made' })).toMatchObject({ Err: '' })
    daemon.signal('SIGTERM')
    expect(await daemon.ended, daemon.toldText()).toBe(0)
    expect(existsSync(socket)).toBe(false)
  })

  test('goes on with its tides when the plugin cannot be served, and tells', async () => {
    using folder = temporaryDirectory()
    const { path } = folder
    for (const name of ['a', 'store', 'volumes', 'snapshots']) mkdirSync(join(path, name))
    const btrfs = {
      volumes: join(path, 'volumes'),
      snapshots: join(path, 'snapshots'),
      socket: join(path, 'btrfs.sock'),
      plugin: true,
    }
    const tides = { t: { cron: '* * * * * *', to: `archive:${path}/store`, targets: [`dir:${path}/a`] } }
    await using daemon = startDaemon({ folder: path, config: { docker: { enabled: false }, btrfs, tides } })
    const problem = await daemon.event((told) => told.type === 'problem')
    expect(problem).toMatchObject({ finding: { code: 'PLUGIN.PLACE' } })
    expect(await daemon.next('tide.ended', 't')).toMatchObject({ exitCode: 0 })
    expect(await askStatus(daemon.socket, { signal })).toMatchObject({
      problems: [{ code: 'PLUGIN.PLACE' }],
      services: [{ name: 'plugin', state: 'starting' }],
    })
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })
})
