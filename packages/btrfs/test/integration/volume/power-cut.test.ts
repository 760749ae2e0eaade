import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { createVolume } from '../../../src/volume/create-volume.ts'
import type { VolumeOptions } from '../../../src/volume/create-volume.ts'
import { ground, never } from './ground.ts'

describe.skipIf(!part('btrfs').available)('after a power cut', () => {
  it.each([
    ['plain', {}],
    ['without copy-on-write', { copyOnWrite: false }],
    ['compressed', { compression: 'zstd' }],
  ] as const satisfies readonly (readonly [string, VolumeOptions])[])(
    'a new volume, %s, is there under its name with what was made durable in it',
    async (_kind, wanted) => {
      await using there = await ground()
      using folder = temporaryDirectory()
      await command('btrfs', ['filesystem', 'sync', there.root])
      await createVolume(there, 'v', { ...never, ...wanted })
      writeDurably(join(there.volume('v'), 'file'), 'kept')
      // What the disk has at this moment, and no more.
      const image = join(folder.path, 'image')
      await command('cp', ['--sparse=always', join(dirname(there.root), 'image'), image])
      const cut = join(folder.path, 'cut')
      await mkdir(cut)
      // Two mounts of one file system that has one id would be taken for one.
      await there[Symbol.asyncDispose]()
      await command('mount', ['-o', 'loop', image, cut])
      try {
        expect(await command('cat', [join(cut, 'volumes/v/file')])).toBe('kept')
      } finally {
        await command('umount', [cut])
      }
    },
  )
})

function writeDurably(path: string, content: string): void {
  const file = openSync(path, 'w')
  writeSync(file, content)
  fsyncSync(file)
  closeSync(file)
}
