import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf, parseReference } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import { provisionerContract } from '@salvage-kit/core/testing'
import { btrfsFileSystem, command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfs } from '../../../src/btrfs.ts'
import { btrfsVolumeProvisioner } from '../../../src/discovery/volume-provisioner.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import type { BtrfsSettings } from '../../../src/settings/settings.ts'

interface Place extends AsyncDisposable {
  readonly settings: BtrfsSettings
}

async function place(): Promise<Place> {
  const disk = await btrfsFileSystem({ megabytes: 128 })
  const settings = {
    ...DEFAULT_SETTINGS,
    volumesPath: join(disk.path, 'volumes'),
    snapshotsPath: join(disk.path, 'snapshots'),
  }
  await mkdir(settings.volumesPath)
  await mkdir(settings.snapshotsPath)
  await command('btrfs', ['subvolume', 'create', join(settings.volumesPath, 'there')])
  return { settings, [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose]() }
}

describe.skipIf(!part('btrfs').available)('on a real file system', () => {
  provisionerContract('btrfs', async () => {
    const { settings, [Symbol.asyncDispose]: dispose } = await place()
    const again = (): ReturnType<typeof btrfsVolumeProvisioner> => btrfsVolumeProvisioner(settings)
    await writeFile(join(settings.volumesPath, 'there/file'), 'content')
    return {
      provisioner: again(),
      again,
      free: 'btrfs:free',
      occupied: 'btrfs:there',
      exists: async (ref) =>
        stat(join(settings.volumesPath, parseReference(ref).value)).then(
          () => true,
          () => false,
        ),
      fill: async (source) => {
        await mkdir(join(directoryOf(source) ?? '', 'a/b'), { recursive: true })
      },
      [Symbol.asyncDispose]: dispose,
    }
  })

  it('finds what is named whoever shows it, others unless somebody does, and says what is not there', async () => {
    await using here = await place()
    const { settings } = here
    await command('btrfs', ['subvolume', 'create', join(settings.volumesPath, 'other')])
    await mkdir(join(settings.volumesPath, 'plain'))
    const { signal } = new AbortController()
    const found = await btrfs({ settings, volumes: ['there', 'gone', '../x'], all: true }).discovery?.survey({ signal })
    expect(found?.targets.map(({ ref, spare }) => [ref, spare])).toEqual([
      ['btrfs:there', undefined],
      ['btrfs:other', true],
    ])
    expect(found?.problems).toMatchObject([
      { code: 'VOLUME.NOT_FOUND', target: 'btrfs:gone' },
      { code: 'VOLUME.NOT_FOUND', target: 'btrfs:../x' },
    ])
    await expect(btrfs({ settings }).discovery?.survey({ signal: AbortSignal.abort() })).rejects.toThrow()
    const named = await btrfs({ settings, volumes: ['there'] }).discovery?.survey({ signal })
    expect(named?.targets.map(({ ref }) => ref)).toEqual(['btrfs:there'])
  })

  it('forgets which volumes it made to restore into once they are gone, and keeps what may be needed', async () => {
    await using here = await place()
    const { settings } = here
    const { signal } = new AbortController()
    const provisioner = btrfsVolumeProvisioner(settings)
    const made = async (name: string): Promise<Json> => {
      const token = await provisioner.prepare(`btrfs:${name}`, '20261121t080000z-c0ffee', { signal })
      await provisioner.create(token, { signal })
      return token
    }
    const [living, gone, again] = [await made('living'), await made('gone'), await made('again')]
    const directory = join(settings.snapshotsPath, '.salvage-kit/made')
    const unmade = join(directory, '20261121t080000z-c0ffee.unmade')
    await writeFile(unmade, '')
    for (const name of ['gone', 'again'])
      await command('btrfs', ['subvolume', 'delete', join(settings.volumesPath, name)])
    await command('btrfs', ['subvolume', 'create', join(settings.volumesPath, 'again')])
    const sweep = async (given: BtrfsSettings): Promise<readonly string[]> => {
      await btrfs({ settings: given }).sweep?.({ signal })
      return (await readdir(directory)).map((name) => name.split('.')[1] ?? '').toSorted()
    }
    // Not mounted is not gone.
    expect(await sweep({ ...settings, volumesPath: '/mnt' })).toEqual(['again', 'gone', 'living', 'unmade'])
    // Nor is it where an empty directory of the same file system stands in place of what is mounted there.
    const empty = join(settings.snapshotsPath, '..', 'empty')
    await mkdir(empty)
    expect(await sweep({ ...settings, volumesPath: empty })).toEqual(['again', 'gone', 'living', 'unmade'])
    expect(await sweep(settings)).toEqual(['living', 'unmade'])
    const long = new Date(Date.now() - 3_600_000)
    await command('btrfs', ['subvolume', 'create', join(settings.volumesPath, 'unmade')])
    await utimes(unmade, long, long)
    // Whoever takes back its making needs the record.
    expect(await sweep(settings)).toEqual(['living', 'unmade'])
    await command('btrfs', ['subvolume', 'delete', join(settings.volumesPath, 'unmade')])
    expect(await sweep(settings)).toEqual(['living'])
    // What has no record is nobody's: the empty volume of somebody else stays.
    for (const token of [living, gone, again]) await provisioner.remove(token, { signal })
    expect((await readdir(settings.volumesPath)).toSorted()).toEqual(['again', 'there'])
  })
})
