import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { btrfsFileSystem, command, docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { BtrfsFileSystem, Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const READY = part('dockerd').available && part('btrfs').available

describe.skipIf(!READY)('Docker volumes on BTRFS: of the plugin, and of the local driver', () => {
  let folder: TemporaryDirectory
  let disk: BtrfsFileSystem
  let far: BtrfsFileSystem
  let engine: Dockerd
  let plugin: Running
  let sk: ReturnType<typeof salvageKit>
  const cli = async (...args: readonly string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const own = (): string => join(disk.path, 'snapshots/.salvage-kit')

  beforeAll(async () => {
    folder = temporaryDirectory()
    disk = await btrfsFileSystem({ megabytes: 512 })
    far = await btrfsFileSystem({ megabytes: 512 })
    engine = await privateDockerd({ plugins: true })
    for (const name of ['volumes', 'snapshots']) mkdirSync(join(disk.path, name))
    const config = {
      btrfs: {
        volumes: join(disk.path, 'volumes'),
        snapshots: join(disk.path, 'snapshots'),
        schedule: join(folder.path, 'schedule.csv'),
        socket: join(engine.pluginsFolder, 'btrfs.sock'),
      },
    }
    writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify(config))
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host })
    plugin = sk('plugin')
    await vi.waitFor(async () => cli('volume', 'create', '--driver=btrfs', 'ours'), { timeout: 30_000, interval: 200 })
    await cli('volume', 'create', '--driver=btrfs', 'lonely')
    await command('btrfs', ['subvolume', 'create', join(disk.path, 'bound')])
    const device = `--opt=device=${join(disk.path, 'bound')}`
    await cli('volume', 'create', '--opt=type=none', '--opt=o=bind', device, 'theirs')
    await cli('volume', 'create', 'plain')
    await cli('volume', 'rm', 'plain')
    await cli(
      'run',
      '--detach',
      '--name=writer',
      '--stop-timeout=2',
      '--volume=ours:/ours',
      '--volume=theirs:/theirs',
      'salvage-test/busybox',
      'sh',
      '-c',
      `trap 'exit 0' TERM; while :; do date | tee -a /ours/log >>/theirs/log; sleep 0.1 & wait $!; done`,
    )
  })
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]()
    plugin?.child.kill('SIGTERM')
    await plugin?.ended
    await disk?.[Symbol.asyncDispose]()
    await far?.[Symbol.asyncDispose]()
    folder?.[Symbol.dispose]()
  })

  test('both are cut in one hold, and lifted after it', async () => {
    const { code, out, err } = await sk(
      'run',
      'docker:ours',
      'docker:theirs',
      '--to',
      `btrfs:${join(far.path, 'store')}`,
      '--init',
      '--json',
    ).ended
    expect([code, err]).toEqual([0, ''])
    const order = eventsOf(out)
      .filter(({ type }) => /^(workload\.(quiesced|resumed)|snapshot|lift\.(started|finished))/.test(type))
      .map(({ type }) => type)
    expect(order.slice(0, 4)).toEqual(['workload.quiesced', 'snapshot.taken', 'snapshot.taken', 'workload.resumed'])
    expect(order.slice(4).toSorted()).toEqual(['lift.finished', 'lift.finished', 'lift.started', 'lift.started'])
    expect(await cli('inspect', '--format={{.State.Running}}', 'writer')).toBe('true')
    expect(readdirSync(join(own(), 'runs'))).toEqual([])
    const [one, two] = readdirSync(join(far.path, 'store')).filter((name) => name.includes('@'))
    // Of one moment: what was written into one stands in the other.
    const logs = [one, two].map((name) => readFileSync(join(far.path, 'store', name ?? '', 'log'), 'utf8'))
    expect(logs[0]).toBe(logs[1])
  })

  test('the second copy is a difference, and either can be restored as a new volume', async () => {
    const store = `btrfs:${join(far.path, 'store')}`
    expect((await sk('run', 'docker:ours', '--to', store).ended).code).toBe(0)
    const restored = await sk('restore', 'docker:ours', '--from', store, '--to', 'btrfs:again').ended
    expect([restored.code, restored.err]).toEqual([0, expect.any(String)])
    expect(readFileSync(join(disk.path, 'volumes/again/log'), 'utf8')).not.toBe('')
    expect(await cli('volume', 'ls', '--quiet')).toContain('again')
    expect((await sk('verify', 'docker:theirs', '--from', store).ended).code).toBe(0)
  })

  test.skipIf(!part('restic').available)(
    'restic finds the copy before, and reads only what changed since',
    async () => {
      const repository = join(far.path, 'restic')
      const password = join(folder.path, 'password')
      writeFileSync(password, 'secret')
      for (const more of [['--init'], []]) {
        const to = ['--to', `restic:${repository}`, '--password-file', password, ...more]
        expect((await sk('run', 'docker:ours', ...to).ended).code).toBe(0)
      }
      const listed = await command('restic', ['-r', repository, '-p', password, 'snapshots', '--json', '--no-cache'])
      const [first, second]: { readonly id: string; readonly parent?: string }[] = JSON.parse(listed)
      expect(second?.parent).toBe(first?.id)
    },
  )

  test('a volume that is named as a subvolume knows who writes into it', async () => {
    const store = `btrfs:${join(far.path, 'store')}`
    const { code, out } = await sk('plan', 'btrfs:ours', '--to', store, '--json').ended
    expect(code).toBe(0)
    const plan: { groups: { targets: string[]; quiesce: { workload: string }[][]; afterResume: unknown[] }[] } =
      JSON.parse(out)
    expect(plan.groups).toHaveLength(1)
    expect(plan.groups[0]?.targets).toEqual(['btrfs:ours'])
    expect(plan.groups[0]?.quiesce.flat().map(({ workload }) => workload)).toEqual(['docker:writer'])
    expect(plan.groups[0]?.afterResume).toHaveLength(1)
  })

  test('a volume of the plugin is restored in place while its container is down', async () => {
    const store = `btrfs-raw:${join(far.path, 'raw')}`
    writeFileSync(join(disk.path, 'volumes/ours/note'), 'before')
    expect((await sk('run', 'docker:ours', '--to', store, '--init').ended).code).toBe(0)
    writeFileSync(join(disk.path, 'volumes/ours/note'), 'after')
    const restored = await sk('restore', 'docker:ours', '--from', store, '--in-place', '--yes').ended
    expect([restored.code, restored.err]).toEqual([0, expect.any(String)])
    expect(readFileSync(join(disk.path, 'volumes/ours/note'), 'utf8')).toBe('before')
    expect(await cli('inspect', '--format={{.State.Running}}', 'writer')).toBe('true')
  })
})
