import { spawnSync } from 'node:child_process'
import { mkdir, open, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { maliciousStream } from './stream-of-a-stranger.ts'
import type { Malice } from './stream-of-a-stranger.ts'

const SCRIPT = fileURLToPath(new URL('../../../share/salvage-kit-receive', import.meta.url))
const UUID = '01234567-89ab-4def-8123-456789abcdef'

describe.skipIf(!part('btrfs').available)('a stream that nobody sent with btrfs', () => {
  test('writes nothing outside of what it is received into', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 256 })
    const [directory, outside] = [join(disk.path, 's'), join(disk.path, 'outside')]
    await Promise.all([mkdir(directory), mkdir(outside)])
    await refused(directory, { outside })
    expect(await readdir(outside)).toEqual([])
  })

  test('writes to no device', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 256 })
    const [directory, image] = [join(disk.path, 's'), join(disk.path, 'image')]
    await mkdir(directory)
    await (await open(image, 'w')).close()
    await truncate(image, 1 << 20)
    const loop = (await command('losetup', ['--find', '--show', image])).trim()
    try {
      const { rdev } = await stat(loop)
      await refused(directory, { device: { major: rdev >> 8, minor: rdev & 0xff } })
      expect(await command('head', ['-c', '5', loop])).not.toBe('pwned')
    } finally {
      await command('losetup', ['--detach', loop])
    }
  })
})

describe.skipIf(!part('btrfs').available)('a receiver', () => {
  test('goes on when somebody who clears up takes its directory away before it has a lock on it', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 256 })
    using tools = temporaryDirectory()
    const [directory, once] = [join(disk.path, 's'), join(tools.path, 'once')]
    await mkdir(directory)
    const mkdirPath = (await command('sh', ['-c', 'command -v mkdir'])).trim()
    const lines = [
      '#!/bin/sh',
      `${mkdirPath} "$@" || exit`,
      `case $2 in */incoming/*) [ -e '${once}' ] || { : >'${once}'; rmdir "$2"; } ;; esac`,
    ]
    await writeFile(join(tools.path, 'mkdir'), `${lines.join('\n')}\n`, { mode: 0o755 })
    const env = { ...process.env, PATH: `${tools.path}:${process.env['PATH'] ?? ''}` }
    const input = `receive v@1 ${UUID}\nno stream`
    const { stdout, stderr } = spawnSync('sh', [SCRIPT, directory], { input, encoding: 'utf8', env })
    expect(await readdir(tools.path)).toContain('once')
    expect(stdout, stderr).toContain('failed receive')
    expect(await readdir(join(directory, '.salvage-kit/incoming'))).toEqual([])
  })
})

async function refused(directory: string, malice: Malice): Promise<void> {
  const input = Buffer.concat([Buffer.from(`receive v@1 ${UUID}\n`), maliciousStream(UUID, malice)])
  const { stdout, stderr } = spawnSync('sh', [SCRIPT, directory], { input, encoding: 'utf8' })
  expect(stdout, stderr).toContain('failed receive')
  expect(await readdir(directory)).toEqual(['.salvage-kit'])
  expect(await readdir(join(directory, '.salvage-kit/incoming'))).toEqual([])
}
