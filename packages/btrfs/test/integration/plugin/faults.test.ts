import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'
import { spawnedPlugin } from './spawned-plugin.ts'

describe.skipIf(!part('btrfs').available)('when something is wrong, the plugin', () => {
  let bench: PluginBench
  beforeAll(async () => {
    bench = await pluginBench({ quota: true })
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  const err = async (verb: string, body: object): Promise<string> =>
    (await bench.post(`VolumeDriver.${verb}`, body)).err
  const pathOf = (name: string): string => join(bench.settings.volumesPath, name)
  /** Makes the mounts of a volume so old. */
  const age = (volume: string, minutes = 11): void => {
    const directory = join(bench.settings.mountsPath, volume)
    for (const id of readdirSync(directory))
      utimesSync(join(directory, id), new Date(0), new Date(Date.now() - minutes * 60_000))
  }

  test('shows what is there while the file system is read-only, and says why nothing can be made', async () => {
    expect(await err('Create', { Name: 'a' })).toBe('')
    execFileSync('mount', ['-o', 'remount,ro', bench.root])
    expect(await err('Get', { Name: 'a' })).toBe('')
    expect((await bench.post('VolumeDriver.List', {})).body).toMatchObject({ Volumes: [{ Name: 'a' }] })
    expect(await err('Mount', { Name: 'a', ID: 'x' })).toBe('')
    expect(await err('Unmount', { Name: 'a', ID: 'x' })).toBe('')
    expect(await err('Create', { Name: 'b' })).toMatch(/BTRFS\.READ_ONLY/)
    expect(await err('Remove', { Name: 'a' })).toMatch(/BTRFS\.READ_ONLY/)
    await bench.stop()
    // After a reboot a file system that met an error is mounted so, and containers must start.
    await bench.start()
    expect(await err('Mount', { Name: 'a', ID: 'y' })).toBe('')
    expect(await err('Unmount', { Name: 'a', ID: 'y' })).toBe('')
    expect(await err('Create', { Name: 'b' })).toMatch(/BTRFS\.READ_ONLY/)
    execFileSync('mount', ['-o', 'remount,rw', bench.root])
    expect(await err('Remove', { Name: 'a' })).toBe('')
  })

  test('lets no container begin whose mount cannot be written down', async () => {
    await err('Create', { Name: 'a' })
    writeFileSync(join(bench.settings.mountsPath, 'a'), 'in the way')
    expect(await err('Mount', { Name: 'a', ID: 'x' })).toMatch(/PLUGIN\.SYSTEM.*why: E/)
    rmSync(join(bench.settings.mountsPath, 'a'))
    expect(await err('Mount', { Name: 'a', ID: 'x' })).toBe('')
    await err('Unmount', { Name: 'a', ID: 'x' })
    expect(await err('Remove', { Name: 'a' })).toBe('')
  })

  test('limits the size of a volume where space is counted', async () => {
    expect(await err('Create', { Name: 'small', Opts: { size: '8M' } })).toBe('')
    const fill = `head -c 30M /dev/urandom > ${pathOf('small')}/f && sync ${pathOf('small')}/f`
    expect(() => execFileSync('sh', ['-c', fill], { stdio: 'ignore' })).toThrow()
    expect(statSync(join(pathOf('small'), 'f')).size).toBeLessThan(9 * 1024 * 1024)
    expect(await err('Remove', { Name: 'small' })).toBe('')
  })

  test('does not count a mount that is old and that nobody has', async () => {
    await err('Create', { Name: 'a' })
    await err('Mount', { Name: 'a', ID: 'old' })
    expect(await err('Remove', { Name: 'a' })).toMatch(/VOLUME\.IN_USE/)
    // The engine may be copying into it what the image has there.
    age('a', 9)
    expect(await err('Remove', { Name: 'a' })).toMatch(/VOLUME\.IN_USE/)
    age('a')
    expect(await err('Remove', { Name: 'a' })).toBe('')
  })

  test('counts an old mount that some mount namespace shows, of a part of the volume as well', async () => {
    await err('Create', { Name: 'a' })
    execFileSync('mkdir', [join(pathOf('a'), 'sub')])
    await err('Mount', { Name: 'a', ID: 'old' })
    age('a')
    const script = 'mount --bind "$1" /mnt && echo ready && exec sleep 60'
    const holder = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', join(pathOf('a'), 'sub')])
    await once(holder.stdout, 'data')
    expect(await err('Remove', { Name: 'a' })).toMatch(/VOLUME\.IN_USE.*mount old/)
    await err('Unmount', { Name: 'a', ID: 'old' })
    expect(await err('Remove', { Name: 'a' })).toMatch(new RegExp(`VOLUME\\.IN_USE.*process ${String(holder.pid)}`))
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(await err('Remove', { Name: 'a' })).toBe('')
  })

  test('waits for a restore that exchanges a volume, and answers with what stands then', async () => {
    const { locks, journal } = bench.rig
    const lock = await locks.acquire('restoring-1', ['btrfs:late'])
    const token = { path: join(bench.settings.volumesPath, '.late.salvage-restoring-1') }
    const entries = await journal.open([
      {
        runId: 'restoring-1',
        order: 0,
        undo: { kind: 'effect', target: 'btrfs:late', effect: 'btrfs.discard', token },
      },
    ])
    const asked = Promise.all([err('Get', { Name: 'late' }), err('Mount', { Name: 'late', ID: 'x' })])
    const since = performance.now()
    expect(await err('Get', { Name: 'other' })).toMatch(/no such volume/)
    expect(performance.now() - since).toBeLessThan(1000)
    await delay(300)
    execFileSync('btrfs', ['subvolume', 'create', pathOf('late')])
    await journal.settle(entries.map(({ id }) => id))
    await lock[Symbol.asyncDispose]()
    expect(await asked).toEqual(['', ''])
    await err('Unmount', { Name: 'late', ID: 'x' })
    expect(await err('Remove', { Name: 'late' })).toBe('')
  })

  test('says so when the file system is away, and finds it again', async () => {
    await err('Create', { Name: 'a' })
    execFileSync('umount', [bench.root])
    try {
      expect((await bench.post('VolumeDriver.List', {})).body).toEqual({ Err: '', Volumes: [] })
      expect(await err('Create', { Name: 'b' })).not.toBe('')
      expect(existsSync(pathOf('b'))).toBe(false)
    } finally {
      execFileSync('mount', ['-o', 'loop', join(dirname(bench.root), 'image'), bench.root])
    }
    expect(await err('Get', { Name: 'a' })).toBe('')
    expect(await err('Remove', { Name: 'a' })).toBe('')
  })
})

describe.skipIf(!part('btrfs').available || !part('dockerd').available)('with an engine and a plugin', () => {
  test('what is cut off after it was done was done, and an engine that leaves out the name is told so', async () => {
    await using engine = await privateDockerd({ plugins: true })
    await using plugin = await spawnedPlugin(join(engine.pluginsFolder, 'inner'))
    const cut: string[] = []
    const server = createServer((socket) => {
      const inner = connect(plugin.socketPath)
      socket.on('error', () => undefined)
      inner.on('error', () => undefined)
      let verb = ''
      socket.on('data', (data) => {
        verb = /POST \/VolumeDriver\.(\w+)/.exec(data.toString())?.[1] ?? verb
        inner.write(data)
      })
      inner.on('data', (data) => {
        if (!['Create', 'Remove', 'Unmount'].includes(verb) || cut.includes(verb)) socket.write(data)
        else {
          cut.push(verb)
          socket.destroy()
        }
      })
      socket.on('close', () => inner.destroy())
      inner.on('close', () => socket.destroy())
    })
    server.listen(join(engine.pluginsFolder, 'cut.sock'))
    await once(server, 'listening')
    const cli = async (...args: readonly string[]): Promise<string> => docker(engine.host, args)
    try {
      // What the engine says again has no content.
      await expect(cli('volume', 'create', '-d', 'cut', 'once')).rejects.toThrow(/do it again/)
      expect(readdirSync(plugin.volumesPath)).toEqual(['once'])
      await cli('volume', 'create', '-d', 'cut', 'once')
      await cli('run', '--rm', '-v', 'once:/d', 'salvage-test/busybox', 'touch', '/d/x')
      expect(readdirSync(join(plugin.volumesPath, 'once'))).toEqual(['x'])
      expect(readdirSync(plugin.mountsPath)).toEqual([])
      await cli('volume', 'rm', 'once').catch(() => undefined)
      expect(readdirSync(plugin.volumesPath)).toEqual([])
      await expect(cli('volume', 'inspect', 'once')).rejects.toThrow(/no such volume/i)
      expect(cut.toSorted()).toEqual(['Create', 'Remove', 'Unmount'])
    } finally {
      server.close()
    }
  })

  test('a socket that systemd listens on is served, and stays when the plugin ends', async () => {
    using folder = temporaryDirectory()
    await using plugin = await spawnedPlugin(join(folder.path, 'btrfs.sock'))
    expect(await plugin.end('SIGTERM')).toBe(0)
    expect(existsSync(plugin.socketPath)).toBe(false)
    await plugin.start({ activated: true })
    const before = statSync(plugin.socketPath).ino
    expect((await plugin.post('Create', { Name: 'a' })).err).toBe('')
    expect(await plugin.end('SIGTERM')).toBe(0)
    expect(statSync(plugin.socketPath).ino).toBe(before)
  })
})
