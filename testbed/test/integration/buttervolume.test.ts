import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { btrfsFileSystem, buttervolume, command, findPart, part } from '../../src/index.ts'

const btrfs = part('btrfs')
// Where there is no PyPI it cannot be had, and only a comparison wants it.
const original = findPart('buttervolume')

describe.skipIf(!btrfs.available || !original.available)('the original', () => {
  test('makes, cuts and lists a volume', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 128 })
    const at = (name: string): string => join(disk.path, name)
    await using plugin = await buttervolume({
      volumesPath: at('volumes'),
      snapshotsPath: at('snapshots'),
      receivedPath: at('received'),
    })
    const create = ['--unix-socket', plugin.socket, '--data', '{"Name":"v"}', 'http://x/VolumeDriver.Create']
    expect(await command('curl', ['--silent', ...create])).toContain('"Err": ""')
    expect(existsSync(at('volumes/v'))).toBe(true)
    const cut = await plugin.cli(['snapshot', 'v'])
    expect(await plugin.cli(['snapshots', 'v'])).toBe(cut)
  })
})
