import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { btrfsFileSystem, docker, part, privateDockerd } from '../../src/index.ts'

const engines = part('dockerd')
const btrfs = part('btrfs')

/** The least that an engine takes for a volume driver: every volume is a folder below `root`. */
async function driver(root: string, socket: string, asked: string[]): Promise<Server> {
  const answer = (name: string): unknown => ({ Name: name, Mountpoint: join(root, name) })
  const server = createServer((request, response) => {
    const pieces: string[] = []
    request.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece))
    request.on('end', () => {
      const name = /"Name":"(\w+)"/.exec(pieces.join(''))?.[1] ?? ''
      asked.push(String(request.url))
      const told: Record<string, unknown> = {
        '/Plugin.Activate': { Implements: ['VolumeDriver'] },
        '/VolumeDriver.Get': { Volume: answer(name), Err: '' },
        '/VolumeDriver.List': { Volumes: [answer('vol')], Err: '' },
        '/VolumeDriver.Capabilities': { Capabilities: { Scope: 'local' } },
      }
      response.end(JSON.stringify(told[String(request.url)] ?? { Mountpoint: join(root, name), Err: '' }))
    })
  })
  server.listen(socket)
  await once(server, 'listening')
  return server
}

describe.skipIf(!engines.available || !btrfs.available)('an engine with plugins of its own', () => {
  test('sees a plugin that nobody else sees, file systems mounted after its start, and restarts over its containers', async () => {
    let folder: string
    {
      await using engine = await privateDockerd({ plugins: true, liveRestore: true })
      folder = engine.pluginsFolder
      await using disk = await btrfsFileSystem({ megabytes: 128 })
      await mkdir(join(disk.path, 'vol'))
      const asked: string[] = []
      const server = await driver(disk.path, join(folder, 'tried.sock'), asked)
      try {
        expect(existsSync('/run/docker/plugins/tried.sock')).toBe(false)
        expect(await docker(engine.host, ['volume', 'ls', '--format', '{{.Driver}} {{.Name}}'])).toBe('tried vol\n')
        const run = ['run', '--detach', '--name', 'user', '--volume-driver', 'tried', '--volume', 'vol:/data']
        await docker(engine.host, [...run, 'salvage-test/busybox', 'sh', '-c', 'echo text > /data/file; sleep 600'])
        await docker(engine.host, ['exec', 'user', 'sh', '-c', 'until test -s /data/file; do sleep 0.1; done'])
        expect(await readFile(join(disk.path, 'vol/file'), 'utf8')).toBe('text\n')
        await engine.stop()
        await engine.start()
        expect(await docker(engine.host, ['ps', '--format', '{{.Names}}'])).toBe('user\n')
        expect(await docker(engine.host, ['exec', 'user', 'cat', '/data/file'])).toBe('text\n')
        expect(asked.filter((url) => url === '/VolumeDriver.Unmount')).toEqual([])
        await engine.kill()
        await engine.start()
        expect(await docker(engine.host, ['exec', 'user', 'cat', '/data/file'])).toBe('text\n')
        await docker(engine.host, ['rm', '--force', 'user'])
      } finally {
        server.closeAllConnections()
        server.close()
      }
    }
    expect(existsSync(folder)).toBe(false)
  })
})
