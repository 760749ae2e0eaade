import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { btrfsFileSystem, command, part, privateSshd, temporaryDirectory } from '@salvage-kit/testbed'
import type { RunReport } from '@salvage-kit/core'
import type { BtrfsFileSystem, PrivateSshd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'

const needed = [part('btrfs'), part('sshd')]

describe.skipIf(needed.some(({ available }) => !available))('volumes on BTRFS and another host', () => {
  let folder: TemporaryDirectory
  let near: BtrfsFileSystem
  let far: BtrfsFileSystem
  let sshd: PrivateSshd
  let sk: ReturnType<typeof salvageKit>

  beforeEach(async () => {
    folder = temporaryDirectory()
    near = await btrfsFileSystem({ megabytes: 300 })
    far = await btrfsFileSystem({ megabytes: 300 })
    for (const { path } of [near, far])
      for (const name of ['volumes', 'snapshots', 'store']) mkdirSync(join(path, name))
    // The other host has the same paths, on a file system of its own.
    sshd = await privateSshd({ instead: { [near.path]: far.path } })
    const btrfs = {
      volumes: join(near.path, 'volumes'),
      snapshots: join(near.path, 'snapshots'),
      schedule: join(folder.path, 'schedule.csv'),
      socket: join(folder.path, 'btrfs.sock'),
      sshPort: sshd.port,
    }
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify({ docker: { enabled: false }, btrfs }))
    sk = salvageKit(folder.path, sshd.env)
    await command('btrfs', ['subvolume', 'create', join(near.path, 'volumes/v')])
    write('one')
  })
  afterEach(async () => {
    await sshd[Symbol.asyncDispose]()
    await near[Symbol.asyncDispose]()
    await far[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })
  const write = (content: string): void => writeFileSync(join(near.path, 'volumes/v/file'), content)

  test('send, with a marker, the difference, and twice the same', async () => {
    const take = async (): Promise<string> => (await sk('volume', 'snapshot', 'v').ended).out.trim()
    const first = await take()
    expect(await sk('volume', 'send', 'remote', first).ended).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(join(far.path, 'snapshots', first, 'file'), 'utf8')).toBe('one')
    expect(existsSync(join(near.path, 'snapshots', `${first}@remote`))).toBe(true)
    write('two')
    const second = await take()
    const sent = JSON.parse((await sk('volume', 'send', '--json', 'remote', second).ended).out)
    expect(sent).toMatchObject({ host: 'remote', name: second, already: false, parent: expect.stringContaining(first) })
    expect(JSON.parse((await sk('volume', 'send', '--json', 'remote', second).ended).out)).toMatchObject({
      already: true,
    })
    // What the next send builds on is not removed by mistake.
    expect((await sk('volume', 'rm', second).ended).err).toContain('the next send builds on')
    await sshd.stop()
    write('three')
    const third = await take()
    const failed = await sk('volume', 'send', 'remote', third).ended
    expect(failed.code).toBe(1)
    expect(failed.err).toMatch(/error: .*remote/)
    expect(existsSync(join(far.path, 'snapshots', third))).toBe(false)
    // All of it is remembered, newest first.
    const { runs } = JSON.parse((await sk('history', '--json').ended).out)
    const told = runs.map(({ kind, report }: { kind: string; report: RunReport }) => ({
      kind,
      outcome: report.outcome,
      ...report.groups[0]?.targets[0],
    }))
    expect(told).toMatchObject([
      {
        kind: 'send',
        outcome: 'failed',
        target: `btrfs:${third}`,
        findings: [{ code: expect.stringMatching(/^HOST\./) }],
      },
      {
        kind: 'send',
        outcome: 'good',
        target: `btrfs:${second}`,
        transfer: { host: 'remote', already: true, bytes: 0 },
      },
      { outcome: 'good', target: `btrfs:${second}`, transfer: { host: 'remote', parent: first } },
      { outcome: 'good', target: `btrfs:${first}`, transfer: { host: 'remote', bytes: expect.any(Number) } },
    ])
    const shown = (await sk('history', '-v').ended).out
    expect(shown).toMatch(/^\S+ +\S+ \S+ +send +failed +0\/1 /m)
    expect(shown).toMatch(new RegExp(`^\\S+ +send +btrfs:${second} +remote +good +[1-9]\\S* \\S+ +${first}$`, 'm'))
  })

  test('what the schedule sends is remembered too', async () => {
    await sk('volume', 'schedule', 'replicate:remote', '60', 'v').ended
    const running = sk('volume', 'schedule', '--run', '--json')
    let told = ''
    running.child.stdout?.on('data', (chunk: string) => (told += chunk))
    while (!told.includes('schedule.succeeded') && running.child.exitCode === null) await sleep(50)
    running.child.kill('SIGTERM')
    await running.ended
    const [snapshot] = (await sk('volume', 'snapshots', 'v').ended).out.split('\n')
    const { runs } = JSON.parse((await sk('history', '--json').ended).out)
    const targets = [{ target: `btrfs:${String(snapshot)}`, transfer: { host: 'remote' } }]
    expect(runs).toMatchObject([{ kind: 'send', report: { outcome: 'good', groups: [{ targets }] } }])
  })

  test('sync brings what is newer, and says which hosts failed', async () => {
    await command('btrfs', ['subvolume', 'create', join(far.path, 'volumes/v')])
    writeFileSync(join(far.path, 'volumes/v/other'), 'of the other one')
    expect(await sk('volume', 'sync', 'v', 'remote').ended).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(join(near.path, 'volumes/v/other'), 'utf8')).toBe('of the other one')
    expect((await sk('volume', 'snapshots', 'v').ended).out.split('\n').filter(Boolean)).toHaveLength(1)
    await sshd.stop()
    const failed = JSON.parse((await sk('volume', 'sync', '--json', 'v', 'remote').ended).out)
    expect(failed.hosts).toMatchObject([{ host: 'remote', failure: { code: expect.any(String) } }])
    const { runs } = JSON.parse((await sk('history', '--json').ended).out)
    expect(runs).toMatchObject(
      ['failed', 'good'].map((outcome) => ({
        kind: 'sync',
        report: { outcome, groups: [{ targets: [{ target: 'btrfs:v', transfer: { host: 'remote' } }] }] },
      })),
    )
  })

  test.each(['btrfs', 'btrfs-raw'])(
    'a volume is lifted to a %s store there, listed, verified and restored',
    async (kind) => {
      const store = `${kind}:remote:${near.path}/store`
      const first = await sk('run', 'btrfs:v', '--to', store, '--init', '--json').ended
      expect(first.code, first.out + first.err).toBe(0)
      write('two')
      const second = await sk('run', 'btrfs:v', '--to', store).ended
      expect(second.code, second.out + second.err).toBe(0)
      const { points } = JSON.parse((await sk('list', '--from', store, '--json').ended).out)
      expect(points).toMatchObject([{ target: 'btrfs:v' }, { target: 'btrfs:v' }])
      const verified = await sk('verify', points[0].id, '--from', store).ended
      expect(verified.code, verified.out + verified.err).toBe(0)
      const old = await sk('restore', points[0].id, '--from', store, '--to', 'btrfs:again').ended
      expect(old.code, old.out + old.err).toBe(0)
      expect(readFileSync(join(near.path, 'volumes/again/file'), 'utf8')).toBe('one')
      write('three')
      const inPlace = await sk('restore', 'btrfs:v', '--from', store, '--in-place', '--yes').ended
      expect(inPlace.code, inPlace.out + inPlace.err).toBe(0)
      expect(readFileSync(join(near.path, 'volumes/v/file'), 'utf8')).toBe('two')
    },
  )
})
