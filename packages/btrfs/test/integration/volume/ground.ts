import { mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { btrfsFileSystem, temporaryDirectory } from '@salvage-kit/testbed'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import type { VolumeHost } from '../../../src/volume/place.ts'
import { rigAt } from './rig.ts'

export { never, rigAt } from './rig.ts'

/** A host with volumes of its own on a real file system. */
export interface Ground extends VolumeHost, AsyncDisposable {
  /** The root of the file system. */
  readonly root: string
  /** For state directories. */
  readonly folder: string
  volume(name: string): string
  snapshot(name: string): string
  write(name: string, content: string): Promise<void>
  /** What {@link Ground.write} wrote there: a volume or, with `@`, a snapshot. */
  read(name: string): Promise<string>
  /** The same host with another time. */
  at(now: Date): VolumeHost
}

/** Makes one. */
export async function ground(megabytes = 300, { quota = false }: { readonly quota?: boolean } = {}): Promise<Ground> {
  const disk = await btrfsFileSystem({ megabytes, quota })
  const state = temporaryDirectory()
  const settings = {
    ...DEFAULT_SETTINGS,
    volumesPath: join(disk.path, 'volumes'),
    snapshotsPath: join(disk.path, 'snapshots'),
    mountsPath: join(state.path, 'mounts'),
  }
  mkdirSync(settings.volumesPath)
  mkdirSync(settings.snapshotsPath)
  const volume = (name: string): string => join(settings.volumesPath, name)
  const snapshot = (name: string): string => join(settings.snapshotsPath, name)
  const rig = rigAt(join(state.path, 'state'))
  return {
    settings,
    rig,
    root: disk.path,
    folder: state.path,
    volume,
    snapshot,
    write: async (name, content) => writeFile(join(volume(name), 'file'), content),
    read: async (name) => readFile(join(name.includes('@') ? snapshot(name) : volume(name), 'file'), 'utf8'),
    at: (now) => ({ settings, rig: { ...rig, now: () => now } }),
    [Symbol.asyncDispose]: async () => {
      state[Symbol.dispose]()
      await disk[Symbol.asyncDispose]()
    },
  }
}
