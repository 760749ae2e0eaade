import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnedPlugin } from './spawned-plugin.ts'
import type { SpawnedPlugin } from './spawned-plugin.ts'

const IMAGE = 'salvage-test/busybox'
const READY = part('dockerd').available && part('btrfs').available

describe.skipIf(!READY)('an engine', () => {
  let engine: Dockerd
  let plugin: SpawnedPlugin
  beforeAll(async () => {
    engine = await privateDockerd({ plugins: true })
    plugin = await spawnedPlugin(join(engine.pluginsFolder, 'btrfs.sock'))
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    await plugin[Symbol.asyncDispose]()
  })

  const cli = async (...args: readonly string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const create = async (...args: readonly string[]): Promise<string> => cli('volume', 'create', '-d', 'btrfs', ...args)
  const pathOf = (name: string): string => join(plugin.volumesPath, name)
  const mounts = (): readonly string[] =>
    readdirSync(plugin.mountsPath).flatMap((volume) => readdirSync(join(plugin.mountsPath, volume)))
  const serve = async (container: string, volume: string, ...more: readonly string[]): Promise<void> => {
    await cli(
      'run',
      '-d',
      '--stop-timeout=1',
      '--name',
      container,
      ...more,
      '-v',
      `${volume}:/d`,
      IMAGE,
      'sh',
      '-c',
      'while sleep 0.1; do date >> /d/beat; done',
    )
  }
  const beats = async (container: string): Promise<void> => {
    await cli('exec', container, 'sh', '-c', 'rm -f /d/beat; until test -s /d/beat; do sleep 0.1; done')
  }

  test('creates, uses and removes a volume', async () => {
    await create('a1')
    await cli('run', '--rm', '-v', 'a1:/d', IMAGE, 'sh', '-c', 'echo hi > /d/f')
    expect(readFileSync(join(pathOf('a1'), 'f'), 'utf8')).toBe('hi\n')
    expect(lstatSync(pathOf('a1')).ino).toBe(256)
    expect(mounts()).toEqual([])
    await create('a1')
    expect(readdirSync(pathOf('a1'))).toEqual(['f'])
    const about: unknown = JSON.parse(await cli('volume', 'inspect', 'a1'))
    expect(about).toMatchObject([
      { Driver: 'btrfs', Mountpoint: pathOf('a1'), Scope: 'local', Status: { Snapshots: 0, Mounts: 0 } },
    ])
    expect(JSON.stringify(about)).toMatch(/"CreatedAt":"20[2-9]\d-/)
    expect(await cli('volume', 'ls', '-q')).toBe('a1')
    await cli('volume', 'rm', 'a1')
    expect(existsSync(pathOf('a1'))).toBe(false)
    await expect(cli('volume', 'inspect', 'a1')).rejects.toThrow(/no such volume/i)
  })

  test('fills an empty volume from the image, gives each mount back, and mounts one twice', async () => {
    await create('a6')
    await cli('run', '--rm', '-v', 'a6:/etc', IMAGE, 'true')
    expect(readdirSync(pathOf('a6'))).toContain('passwd')
    const twice = ['run', '--rm', '-v', 'a6:/x', '-v', 'a6:/y:ro', IMAGE, 'sh', '-c']
    await cli(...twice, 'test $(ls /x | wc -l) -gt 0 && touch /x/z && ! touch /y/z2')
    expect(mounts()).toEqual([])
    await cli('volume', 'rm', 'a6')
  })

  test('makes and removes a volume without a name', async () => {
    await cli('run', '--rm', '--volume-driver', 'btrfs', '-v', '/data', IMAGE, 'touch', '/data/x')
    expect(readdirSync(plugin.volumesPath)).toEqual([])
  })

  test('is told why when a name or an option is refused, and nothing is made', async () => {
    const names = [
      'a/b',
      '/abs',
      '../x',
      '..',
      '.',
      'a..b',
      'a b',
      'é',
      'a@b',
      'a:b',
      '`id`',
      '$(id)',
      'a\n',
      'x'.repeat(256),
    ]
    for (const name of [...names, '-dash', '.hidden'])
      await expect(cli('volume', 'create', '-d', 'btrfs', '--', name), name).rejects.toThrow(/VOLUME\.NAME/)
    await expect(create('-o', 'compression=x', 'a')).rejects.toThrow(/compression="x" means nothing/)
    expect(readdirSync(plugin.volumesPath)).toEqual([])
  })

  test('cannot take a volume from a container, not even behind its own back', async () => {
    await create('used')
    await serve('user', 'used')
    await expect(cli('volume', 'rm', 'used')).rejects.toThrow(/in use/)
    expect((await plugin.post('Remove', { Name: 'used' })).err).toMatch(/VOLUME\.IN_USE/)
    // As after a change from another plugin: nothing is written down, but the container's mounts show it.
    execFileSync('rm', ['-r', join(plugin.mountsPath, 'used')])
    expect((await plugin.post('Remove', { Name: 'used' })).err).toMatch(/VOLUME\.IN_USE.*process \d+/)
    await beats('user')
    await cli('rm', '-f', 'user')
    await cli('volume', 'rm', 'used')
    expect(readdirSync(plugin.volumesPath)).toEqual([])
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)('containers live on while the plugin is gone after %s', async (signal) => {
    await create('kept')
    await serve('keeper', 'kept')
    await plugin.end(signal)
    await beats('keeper')
    await plugin.start()
    await beats('keeper')
    expect(mounts()).toHaveLength(1)
    expect((await plugin.post('Remove', { Name: 'kept' })).err).toMatch(/VOLUME\.IN_USE/)
    await cli('restart', '-t', '0', 'keeper')
    await beats('keeper')
    expect(mounts()).toHaveLength(1)
    await cli('rm', '-f', 'keeper')
    expect(mounts()).toEqual([])
    await cli('volume', 'rm', 'kept')
  })

  test('a container that ends while the plugin is gone is given back when it is there again', async () => {
    await create('late')
    await serve('latecomer', 'late')
    await plugin.end('SIGKILL')
    const removing = cli('rm', '-f', 'latecomer')
    await plugin.start()
    await removing
    expect(mounts()).toEqual([])
    await cli('volume', 'rm', 'late')
  })

  test.each(['stop', 'kill'] as const)(
    'containers come again after a %s of the engine, and no mount is left over',
    async (how) => {
      await create('again')
      await serve('comer', 'again', '--restart=always')
      await beats('comer')
      writeFileSync(join(pathOf('again'), 'precious'), 'kept')
      await engine[how]()
      await engine.start()
      await expect
        .poll(async () => cli('inspect', '-f', '{{.State.Running}}', 'comer'), { timeout: 20_000 })
        .toBe('true')
      await beats('comer')
      expect(readFileSync(join(pathOf('again'), 'precious'), 'utf8')).toBe('kept')
      expect(mounts()).toHaveLength(1)
      await cli('rm', '-f', 'comer')
      expect(mounts()).toEqual([])
      await cli('volume', 'rm', 'again')
    },
  )

  test('a volume that was lost behind its back is made again, empty, where its driver is named', async () => {
    await create('lost')
    execFileSync('btrfs', ['subvolume', 'delete', pathOf('lost')])
    await cli('run', '--rm', '--volume-driver', 'btrfs', '-v', 'lost:/d', IMAGE, 'touch', '/d/new')
    expect(readdirSync(pathOf('lost'))).toEqual(['new'])
    await cli('volume', 'rm', 'lost')
  })

  test.skipIf(!part('compose').available)('is used by compose', async () => {
    using folder = temporaryDirectory()
    const file = join(folder.path, 'docker-compose.yml')
    const service = `{ image: ${IMAGE}, network_mode: none, command: "sleep 600", volumes: ["data:/d"] }`
    const volume = '{ driver: btrfs, driver_opts: { compression: zstd } }'
    writeFileSync(file, `version: "3"\nservices: { web: ${service} }\nvolumes: { data: ${volume} }\n`)
    const compose = async (...args: readonly string[]): Promise<string> =>
      command('docker-compose', ['-p', 'shop', '-f', file, ...args], { env: { DOCKER_HOST: engine.host } })
    await compose('up', '-d')
    expect(
      execFileSync('btrfs', ['property', 'get', pathOf('shop_data'), 'compression'], { encoding: 'utf8' }),
    ).toMatch(/zstd/)
    await compose('up', '-d', '--force-recreate', '-t', '0')
    expect(mounts()).toHaveLength(1)
    await compose('down', '-v', '-t', '0')
    expect(readdirSync(plugin.volumesPath)).toEqual([])
  })
})

describe.skipIf(!READY)('an engine that leaves containers running', () => {
  test('asks for nothing while it restarts, and gives the mount back later', async () => {
    await using engine = await privateDockerd({ plugins: true, liveRestore: true })
    await using plugin = await spawnedPlugin(join(engine.pluginsFolder, 'btrfs.sock'))
    const cli = async (...args: readonly string[]): Promise<string> => docker(engine.host, args)
    await cli('volume', 'create', '-d', 'btrfs', 'vol')
    await cli('run', '-d', '--name', 'calm', '-v', 'vol:/d', IMAGE, 'sleep', '600')
    const before = readdirSync(join(plugin.mountsPath, 'vol'))
    await engine.stop()
    await engine.start()
    expect(readdirSync(join(plugin.mountsPath, 'vol'))).toEqual(before)
    await cli('exec', 'calm', 'touch', '/d/x')
    expect((await plugin.post('Remove', { Name: 'vol' })).err).toMatch(/VOLUME\.IN_USE/)
    await cli('rm', '-f', 'calm')
    expect(readdirSync(plugin.mountsPath)).toEqual([])
    await cli('volume', 'rm', 'vol')
    expect(readdirSync(plugin.volumesPath)).toEqual([])
  })
})
