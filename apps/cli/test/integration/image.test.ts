import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command, docker, engineAddress, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../../..')
const IMAGE = 'salvage-test/salvage-kit'
const APP = 'salvage-test/busybox'
const CRANE = 'salvage-kit/crane-archive'
const LIMIT_BYTES = 115_000_000
const MIRROR = process.env['SALVAGE_DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian'

const available = part('dockerd').available && part('compose').available && part('crane-images').available

describe.skipIf(!available)('the image', () => {
  let engine: Dockerd
  let group: string
  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  /** salvage-kit in a container that has the engine's socket. */
  const inside = async (args: readonly string[], ...line: string[]): Promise<string> =>
    cli('run', '--rm', '--network=none', `--volume=${engine.socket}:/var/run/docker.sock`, ...args, IMAGE, ...line)

  beforeAll(async () => {
    const env = { AS_BUILT: '1', DEBIAN_MIRROR: MIRROR, DOCKER_HOST: engineAddress(), DOCKER_BUILDKIT: '0' }
    await command(join(ROOT, 'image/build'), [IMAGE], { env })
    engine = await privateDockerd([IMAGE, APP, CRANE])
    group = String(statSync(engine.socket).gid)
  }, 600_000)
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    await docker(engineAddress(), ['rmi', IMAGE])
  })
  afterEach(async () => {
    const names = await cli('ps', '--all', '--quiet')
    if (names !== '') await cli('rm', '--force', ...names.split('\n'))
    const volumes = await cli('volume', 'ls', '--quiet')
    if (volumes !== '') await cli('volume', 'rm', ...volumes.split('\n'))
  })

  test('takes 115 MB at most, as a registry stores it', async () => {
    const size = await command('sh', ['-c', `docker --host ${engineAddress()} save ${IMAGE} | gzip -9 | wc -c`])
    expect(Number(size)).toBeLessThan(LIMIT_BYTES)
    expect(Number(size)).toBeGreaterThan(10_000_000)
  }, 300_000)

  test('has what it needs and nothing of where it was made', async () => {
    const script = [
      'id -u',
      'tar --version | head -1',
      'zstd --version',
      'restic version',
      'ssh -V 2>&1',
      'btrfs --version',
      'rsync --version | head -1',
      'duplicity --version',
      'gpg --version | head -1',
      'python3 -c "import paramiko; print(paramiko.__name__)"',
      'setpriv --version',
      `grep -rlF ${ROOT} /opt/salvage-kit /usr/local/bin/salvage-kit || echo clean`,
      'touch /var/lib/salvage-kit/x && echo writable',
    ].join('; ')
    const out = await cli('run', '--rm', '--network=none', '--entrypoint=sh', IMAGE, '-c', script)
    expect(out).toMatch(
      /^10001\ntar \(GNU tar\).*\n.*Zstandard.*\nrestic .*\nOpenSSH.*\nbtrfs-progs .*\nrsync .*\nduplicity \d.*\ngpg .*\nparamiko\nsetpriv .*\nclean\nwritable$/i,
    )
    const labels: unknown = JSON.parse(await cli('inspect', '--format={{json .Config.Labels}}', IMAGE))
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': 'salvage-kit',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': expect.stringMatching(/^\d/),
    })
  })

  test('the first process passes signals on, and clears away what programs of programs leave', async () => {
    expect(await cli('inspect', '--format={{json .Config.Entrypoint}}', IMAGE)).toBe('["tini","--","salvage-kit"]')
    const orphan =
      '(sh -c "sleep 0.2" &); sleep 1; grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null; cat /proc/1/comm'
    expect(await cli('run', '--rm', '--network=none', '--entrypoint=tini', IMAGE, '--', 'sh', '-c', orphan)).toBe(
      'tini',
    )
  })

  test('without root: cranes copy and restore, the state is in a volume', async () => {
    await cli('volume', 'create', 'store')
    await cli('run', '--detach', '--network=none', '--name=app', '--volume=data:/data', APP, 'sh', '-c', WRITER)
    await cli(
      'create',
      '--name=root',
      '--label=salvage.root',
      '--label=salvage.tides.d.cron=@daily',
      '--label=salvage.tides.d.grouping=smart',
      '--label=salvage.tides.d.crane=c',
      `--label=salvage.cranes.c.image=${CRANE}`,
      '--label=salvage.cranes.c.mount.store=/archive',
      APP,
    )
    const args = [`--group-add=${group}`, '--volume=state:/var/lib/salvage-kit', '--hostname=box', '--cap-drop=ALL']
    expect(await inside(args, 'run', 'docker:data', '--to', 'crane:c', '--init')).toMatch(/: good/)
    expect(await cli('inspect', '--format={{.State.Status}}', 'app')).toBe('running')
    expect(await inside(args, 'history')).toMatch(/good/)
    expect(await inside(args, 'list', '--from', 'crane:c')).toMatch(/docker:data/)
    await expect(inside(args, 'run', 'docker:data', '--to', 'archive:/tmp/backups')).rejects.toThrow(/docker:data/)
    await expect(inside([], 'run', 'docker:data', '--to', 'crane:c')).rejects.toThrow(/may not be opened.*group/s)
  })

  describe('examples/compose', () => {
    const project = ['--project-name', 'example', '--file', join(ROOT, 'examples/compose/compose.yaml')]
    let folder: TemporaryDirectory
    const compose = async (...args: string[]): Promise<string> => {
      const override = join(folder.path, 'override.yaml')
      const env = {
        DOCKER_HOST: engine.host,
        DOCKER_GID: group,
        DOCKER_SOCKET: engine.socket,
        SALVAGE_KIT_IMAGE: IMAGE,
        APP_IMAGE: APP,
        CRANE_IMAGE: CRANE,
      }
      return (await command('docker-compose', [...project, '--file', override, ...args], { env })).trim()
    }
    const kit = async (...line: string[]): Promise<string> =>
      compose('exec', '-T', 'salvage-kit', 'salvage-kit', ...line)
    const healthOf = async (): Promise<string> =>
      cli('inspect', '--format={{.State.Health.Status}}', await compose('ps', '--quiet', 'salvage-kit'))

    beforeAll(() => {
      folder = temporaryDirectory()
      // The engine of the tests has no network.
      const services = ['salvage-kit', 'app'].map((name) => `  ${name}: { network_mode: none }`).join('\n')
      writeFileSync(join(folder.path, 'override.yaml'), `version: '3.8'\nservices:\n${services}\n`)
    })
    afterAll(() => folder[Symbol.dispose]())

    test('comes up, copies by its labels, leaves the application as it was, and goes', async () => {
      await compose('up', '--detach')
      const app = await compose('ps', '--quiet', 'app')
      const before = await cli('inspect', '--format={{.Id}} {{.State.Status}} {{.RestartCount}}', app)
      while ((await healthOf()) !== 'healthy') await sleep(500)
      expect(await kit('status')).toMatch(/nightly +0 3 \* \* \*.*never/)

      // The store is made once, by hand: a tide never takes an empty place for its store.
      expect(await kit('run', '--tide', 'nightly', '--init')).toMatch(/good/)
      expect(await kit('trigger', 'nightly')).toMatch(/good/)
      const point = { target: 'docker:example_data', machine: 'example' }
      const points: unknown = JSON.parse(await kit('list', '--json'))
      expect(points).toMatchObject({ points: [point, point] })
      expect(await cli('inspect', '--format={{.Id}} {{.State.Status}} {{.RestartCount}}', app)).toBe(before)
      expect(await cli('ps', '--all', '--quiet', '--filter=label=salvage.entity')).toBe('')

      expect(await kit('restore', 'docker:example_data', '--to', 'docker:copy')).toContain('docker:copy')
      expect(await cli('run', '--rm', '--network=none', '--volume=copy:/v', APP, 'ls', '/v')).toBe('log')
      await cli('volume', 'rm', 'copy')

      const daemon = await compose('ps', '--quiet', 'salvage-kit')
      await compose('stop', 'salvage-kit')
      expect(await cli('inspect', '--format={{.State.ExitCode}}', daemon)).toBe('0')
      await compose('down', '--volumes')
      expect([await cli('ps', '--all', '--quiet'), await cli('volume', 'ls', '--quiet')]).toEqual(['', ''])
    }, 180_000)
  })

  test('as root with the volumes mounted at their path: stores of the machine', async () => {
    await cli('run', '--detach', '--network=none', '--name=app', '--volume=data:/data', APP, 'sh', '-c', WRITER)
    const volumes = `${await cli('info', '--format={{.DockerRootDir}}')}/volumes`
    const args = ['--user=0', '--volume=state:/var/lib/salvage-kit', '--hostname=box']
    const seen = [`--volume=${volumes}:${volumes}`, '--volume=backups:/backups']
    expect(await inside([...args, ...seen], 'run', 'docker:data', '--to', 'archive:/backups/here')).toMatch(/: good/)
    expect(
      await inside(
        [...args, ...seen],
        'restore',
        'docker:data',
        '--from',
        'archive:/backups/here',
        '--to',
        'docker:copy',
      ),
    ).toContain('docker:copy')
    expect(await cli('run', '--rm', '--network=none', '--volume=copy:/v', APP, 'ls', '/v')).toBe('log')
  })

  test('without root: duplicity encrypts with a passphrase, reads what it wrote, and restores', async () => {
    const script = [
      'set -e',
      'mkdir /tmp/mine',
      'echo content > /tmp/mine/file',
      'salvage-kit run dir:/tmp/mine --to duplicity:file:///tmp/far --init',
      'salvage-kit list --from duplicity:file:///tmp/far',
      'salvage-kit restore dir:/tmp/mine --from duplicity:file:///tmp/far --to dir:/tmp/restored',
      'diff -r /tmp/mine /tmp/restored',
      'ls /tmp/far',
    ].join('; ')
    const args = ['--cap-drop=ALL', '--env=PASSPHRASE=a secret', '--entrypoint=sh', IMAGE, '-c', script]
    const out = await cli('run', '--rm', '--network=none', ...args)
    expect(out).toMatch(/: good[^]*dir:\/tmp\/mine[^]*\.vol1\.difftar\.gpg/)
  })
})

const WRITER = 'trap "exit 0" TERM; while :; do date >> /data/log; sleep 1 & wait $!; done'
