import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { BtrfsFileSystem, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'

const needed = part('btrfs')
const NAME = /^v@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/

const lines = (out: string): readonly string[] => out.split('\n').filter(Boolean)

describe.skipIf(!needed.available)('volumes on BTRFS', () => {
  let folder: TemporaryDirectory
  let disk: BtrfsFileSystem
  let sk: ReturnType<typeof salvageKit>

  beforeAll(async () => {
    folder = temporaryDirectory()
    disk = await btrfsFileSystem({ megabytes: 300 })
    for (const name of ['volumes', 'snapshots']) mkdirSync(join(disk.path, name))
    const config = {
      docker: { enabled: false },
      btrfs: {
        volumes: join(disk.path, 'volumes'),
        snapshots: join(disk.path, 'snapshots'),
        schedule: join(folder.path, 'schedule.csv'),
        socket: join(folder.path, 'btrfs.sock'),
      },
    }
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify(config))
    sk = salvageKit(folder.path)
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/v')])
  })
  afterAll(async () => {
    await disk?.[Symbol.asyncDispose]()
    folder?.[Symbol.dispose]()
  })

  const write = (content: string, volume = 'v'): void =>
    writeFileSync(join(disk.path, 'volumes', volume, 'file'), content)
  const read = (volume = 'v'): string => readFileSync(join(disk.path, 'volumes', volume, 'file'), 'utf8')

  test('list, snapshot, snapshots, restore, clone, rm', async () => {
    expect(await sk('volume', 'list').ended).toEqual({ code: 0, out: 'v\n', err: '' })
    write('one')
    const first = await sk('volume', 'snapshot', 'v').ended
    expect(first).toMatchObject({ code: 0, err: '' })
    const [name = ''] = lines(first.out)
    expect(name).toMatch(NAME)
    write('two')
    const second = await sk('volume', 'snapshot', 'v', '--json').ended
    const { snapshot } = JSON.parse(second.out)
    expect(lines((await sk('volume', 'snapshots').ended).out)).toEqual([name, snapshot])
    write('three')
    const restored = await sk('volume', 'restore', name).ended
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect(read()).toBe('one')
    const [safety = ''] = lines(restored.out)
    expect(readFileSync(join(disk.path, 'snapshots', safety, 'file'), 'utf8')).toBe('three')
    // The one that saved the content is not the latest.
    await sk('volume', 'restore', 'v', 'w').ended
    expect(read('w')).toBe('two')
    expect((await sk('volume', 'clone', 'v', 'x').ended).out).toBe('x\n')
    expect(await sk('volume', 'clone', 'v', 'x').ended).toMatchObject({ code: 1, out: '' })
    expect(read('x')).toBe('one')
    expect(await sk('volume', 'rm', name).ended).toEqual({ code: 0, out: '', err: '' })
    expect(lines((await sk('volume', 'snapshots', 'v').ended).out)).toEqual([snapshot, safety])
    const { usage } = JSON.parse((await sk('volume', 'usage', '--json').ended).out)
    expect(usage).toMatchObject([{ volume: 'v' }, { volume: 'w' }, { volume: 'x' }])
    expect((await sk('volume', 'usage', 'v').ended).out).toMatch(/^VOLUME +TOTAL +EXCLUSIVE +SHARED\nv /)
  })

  test.each([
    [['snapshot', '../v'], 'VOLUME.NAME', 2],
    [['snapshot', '--', '-v'], 'VOLUME.NAME', 2],
    [['snapshot', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['snapshots', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['purge', '1d', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['purge', '--dry-run', '1d', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['schedule', 'snapshot', '60', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['clone', 'none', 'other'], 'VOLUME.NOT_FOUND', 1],
    [['usage', 'none'], 'VOLUME.NOT_FOUND', 1],
    [['sync', 'none', 'host'], 'VOLUME.NOT_FOUND', 1],
    [['send', 'host', 'none@2026-01-01T00:00:00.000000'], 'SNAPSHOT.NOT_FOUND', 1],
    [['restore', 'none'], 'SNAPSHOT.NONE', 1],
    [['rm', 'none@2026-01-01T00:00:00.000000'], 'SNAPSHOT.NOT_FOUND', 1],
    [['restore', 'v@../x'], 'SNAPSHOT.NAME', 2],
    [['send', '-oProxyCommand=x', 'v@1'], 'CLI.USAGE', 2],
    [['send', '--', '-oProxyCommand=x', 'v@1'], 'HOST.NAME', 2],
    [['send', 'host', '../v@1'], 'SNAPSHOT.NAME', 2],
    [['purge', '4h:1h', 'v'], 'PURGE.PATTERN', 2],
    [['schedule', 'dance', '60', 'v'], 'SCHEDULE.ACTION', 2],
    [['schedule', 'snapshot', '60'], 'CLI.USAGE', 2],
    [['unschedule', 'snapshot', 'v'], 'SCHEDULE.NO_JOB', 1],
  ])('%j is one clear error', async (args, code, exit) => {
    const [verb = '', ...rest] = args
    const ended = await sk('volume', verb, '--json', ...rest).ended
    expect(JSON.parse(ended.out)).toMatchObject({ error: { code } })
    expect(ended.code).toBe(exit)
  })

  test('a name that nobody has is told with the one that may be meant; a volume that is gone leaves its snapshots', async () => {
    for (const args of [
      ['snapshots', 'remvoed'],
      ['purge', '1d', 'remvoed'],
      ['snapshot', 'remvoed'],
    ]) {
      await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/removed')])
      const near = await sk('volume', ...args).ended
      expect(near.err).toContain('did you mean "removed"?')
      await command('btrfs', ['subvolume', 'delete', join(disk.path, 'volumes/removed')])
    }
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'volumes/removed')])
    const { out } = await sk('volume', 'snapshot', 'removed').ended
    await sk('volume', 'schedule', 'snapshot', '60', 'removed').ended
    await command('btrfs', ['subvolume', 'delete', join(disk.path, 'volumes/removed')])
    expect(await sk('volume', 'snapshots', 'removed').ended).toEqual({ code: 0, out, err: '' })
    expect((await sk('volume', 'purge', '1d', 'removed').ended).code).toBe(0)
    for (const timer of ['pause', 'resume', '0'])
      expect((await sk('volume', 'schedule', 'snapshot', timer, 'removed').ended).code).toBe(0)
    expect((await sk('volume', 'rm', out.trim()).ended).code).toBe(0)
  })

  test('purge says what it would do and why, and then does that', async () => {
    const olds = ['v@2020-01-01T00:00:00.000000', 'v@2020-01-01T00:00:01.000000']
    for (const old of olds)
      await command('btrfs', [
        'subvolume',
        'snapshot',
        '-r',
        join(disk.path, 'volumes/v'),
        join(disk.path, 'snapshots', old),
      ])
    await sk('volume', 'snapshot', 'v').ended
    const before = (await sk('volume', 'snapshots', 'v').ended).out
    const dry = await sk('volume', 'purge', '--dryrun', '4h:1d', 'v').ended
    expect(dry.code).toBe(0)
    for (const old of olds) expect(dry.out).toMatch(new RegExp(`^${old} +\\S+ +drop +\\S`, 'm'))
    expect(dry.out).toMatch(/^SNAPSHOT +AGE +VERDICT +REASON\n/)
    expect((await sk('volume', 'snapshots', 'v').ended).out).toBe(before)
    expect(await sk('volume', 'purge', '4h:1d', 'v').ended).toMatchObject({ code: 0, out: '' })
    const after = lines((await sk('volume', 'snapshots', 'v').ended).out)
    expect(after).toEqual(lines(before).filter((name) => !olds.includes(name)))
  })

  test('schedule, scheduled, unschedule, and --run', async () => {
    expect(await sk('volume', 'schedule', 'snapshot', '60', 'v').ended).toEqual({ code: 0, out: '', err: '' })
    await sk('volume', 'schedule', 'purge:1d', '1440', 'w').ended
    await sk('volume', 'schedule', 'purge:1d', 'pause', 'w').ended
    expect((await sk('volume', 'scheduled').ended).out).toBe('snapshot 60 v\npurge:1d 1440 w (paused)\n')
    expect(readFileSync(join(folder.path, 'schedule.csv'), 'utf8')).toBe(
      'v,snapshot,60,True\r\nw,purge:1d,1440,False\r\n',
    )
    await sk('volume', 'scheduled', 'pause').ended
    expect(existsSync(join(folder.path, 'schedule.csv'))).toBe(false)
    await sk('volume', 'scheduled', 'resume').ended
    await sk('volume', 'unschedule', 'purge:1d', 'w').ended
    const before = lines((await sk('volume', 'snapshots', 'v').ended).out).length
    const running = sk('volume', 'schedule', '--run', '--json')
    let told = ''
    running.child.stdout?.on('data', (chunk: string) => (told += chunk))
    while (!told.includes('schedule.succeeded')) await sleep(50)
    running.child.kill('SIGTERM')
    const ended = await running.ended
    expect(ended.code).toBe(0)
    expect(eventsOf(ended.out).map(({ type }) => type)).toEqual([
      'schedule.started',
      'verb.started',
      'verb.finished',
      'schedule.succeeded',
    ])
    expect(lines((await sk('volume', 'snapshots', 'v').ended).out).length).toBe(before + 1)
  })

  test('plugin answers until SIGTERM', async () => {
    const socketPath = join(folder.path, 'btrfs.sock')
    const running = sk('plugin')
    while (!existsSync(socketPath)) await sleep(20)
    expect(statSync(socketPath).mode & 0o777).toBe(0o600)
    const ask = async (path: string, body?: object): Promise<unknown> => {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const asked = request({ socketPath, method: body === undefined ? 'GET' : 'POST', path }, resolve)
      asked.once('error', reject)
      asked.end(body === undefined ? '' : JSON.stringify(body))
      return JSON.parse(await text(await promise))
    }
    expect(await ask('/VolumeDriver.Create', { Name: 'made' })).toEqual({ Err: '' })
    expect(lines((await sk('volume', 'list').ended).out)).toContain('made')
    expect(await ask('/VolumeDriver.Snapshot', { Name: 'made' })).toMatchObject({
      Err: '',
      Snapshot: expect.stringMatching(/^made@/),
    })
    expect(await ask('/VolumeDriver.Schedule.List')).toMatchObject({ Schedule: [{ Name: 'v', Timer: '60' }] })
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, out: '' })
    expect(existsSync(socketPath)).toBe(false)
  })

  test('a run cuts a volume, and doctor and config check know BTRFS', async () => {
    write('content')
    const run = await sk('run', 'btrfs:v', '--to', `archive:${folder.path}/backups`, '--init', '--json').ended
    expect(run.code, run.out).toBe(0)
    expect(eventsOf(run.out).map(({ type }) => type)).toContain('snapshot.taken')
    const point = eventsOf((await sk('list', '--json').ended).out.replaceAll(/\s+/g, ' '))[0]
    expect(point).toMatchObject({ points: [{ target: 'btrfs:v' }] })
    const doctor = JSON.parse((await sk('doctor', '--json').ended).out)
    expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'btrfs', state: 'good' }))
    expect(doctor.checks).toContainEqual(expect.objectContaining({ name: 'volumes on BTRFS', state: 'good' }))
    expect((await sk('config', 'check', '--no-docker').ended).code).toBe(0)
  })
})
