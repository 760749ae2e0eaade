import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf } from '@salvage-kit/core'
import { snapshotterContract } from '@salvage-kit/core/testing'
import type { SnapshotterFixture } from '@salvage-kit/core/testing'
import { btrfsFileSystem, command, part } from '@salvage-kit/testbed'
import { describe } from 'vitest'
import { btrfsSnapshotter } from '../../../src/snapshotter/snapshotter.ts'

async function fixture(
  snapshots: 'there' | 'absent',
  medium: 'directory' | 'docker-volume',
): Promise<SnapshotterFixture> {
  const disk = await btrfsFileSystem({ megabytes: 128 })
  const path = join(disk.path, 'volume')
  await command('btrfs', ['subvolume', 'create', path])
  const snapshotsPath = join(disk.path, 'snapshots')
  if (snapshots === 'there') await mkdir(snapshotsPath)
  const home = join(snapshots === 'there' ? snapshotsPath : disk.path, '.salvage-kit/runs')
  const again = (): ReturnType<typeof btrfsSnapshotter> => btrfsSnapshotter({ snapshotsPath })
  return {
    snapshotter: again(),
    again,
    source: medium === 'directory' ? { medium, path } : { medium, name: 'v', hostPath: path },
    write: (text) => writeFile(join(path, 'file'), text),
    read: (source) => readFile(join(directoryOf(source) ?? '', 'file'), 'utf8'),
    leftovers: () => readdir(home).catch(() => []),
    [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose](),
  }
}

describe.skipIf(!part('btrfs').available)('on a real file system', () => {
  snapshotterContract('btrfs, in the directory of snapshots', () => fixture('there', 'directory'))
  snapshotterContract('btrfs, a Docker volume, at the top of its mount', () => fixture('absent', 'docker-volume'))
})
