import { execFileSync } from 'node:child_process'
import { link, mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf } from '@salvage-kit/core'
import type { Crane, DirectorySource, Source } from '@salvage-kit/core'
import type { CraneFixture } from '@salvage-kit/core/testing'
import { btrfsFileSystem, command, privateSshd, temporaryDirectory } from '@salvage-kit/testbed'
import type { BtrfsFileSystem, PrivateSshd } from '@salvage-kit/testbed'
import { expect } from 'vitest'
import { btrfsStore } from '../../../src/crane/store.ts'
import type { StoreKind } from '../../../src/crane/store.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import type { BtrfsSettings } from '../../../src/settings/settings.ts'

/** A volume on one file system and a store on another, here or behind an sshd. */
export interface Yard extends CraneFixture {
  readonly disk: BtrfsFileSystem
  readonly settings: BtrfsSettings
  readonly volume: string
  /** The directory of the store. */
  readonly directory: string
  readonly sshd: PrivateSshd | undefined
  destination(): Promise<DirectorySource>
  compare(source: Source, destination: Source): Promise<void>
}

/** What a yard is like. */
export interface YardOptions {
  readonly kind: StoreKind
  readonly over: 'local' | 'ssh'
  /** On which file system is restored. */
  readonly to?: 'the same' | 'another'
  /** There is no directory of snapshots. */
  readonly bare?: boolean
}

/** Makes one: `await using yard = await craneYard(btrfsCrane, { … })`. */
export async function craneYard(
  make: (settings: BtrfsSettings) => Crane,
  { kind, over, to = 'another', bare = false }: YardOptions,
): Promise<Yard> {
  const stack = new AsyncDisposableStack()
  const disk = stack.use(await btrfsFileSystem({ megabytes: 256 }))
  const folder = stack.use(temporaryDirectory())
  // What streams are kept in needs no BTRFS.
  const far = kind === 'btrfs' ? stack.use(await btrfsFileSystem({ megabytes: 256 })) : folder
  const sshd = over === 'ssh' ? stack.use(await privateSshd()) : undefined
  const volume = join(disk.path, 'volume')
  await command('btrfs', ['subvolume', 'create', volume])
  await fill(volume)
  const snapshotsPath = join(disk.path, 'snapshots')
  if (!bare) await mkdir(snapshotsPath)
  const settings = { ...DEFAULT_SETTINGS, volumesPath: disk.path, snapshotsPath }
  const directory = join(far.path, 'store')
  const address = sshd === undefined ? directory : `${sshd.host}:${directory}`
  const place = join(to === 'the same' ? disk.path : folder.path, 'destination')
  return {
    disk,
    settings,
    volume,
    directory,
    sshd,
    crane: make(settings),
    again: () => make(settings),
    store: btrfsStore(address, kind, sshd === undefined ? {} : { port: sshd.port, configFile: sshd.configFile }),
    source: { medium: 'directory', path: volume },
    destination: async () => {
      await rm(place, { recursive: true, force: true })
      await mkdir(place)
      return { medium: 'directory', path: place }
    },
    compare: async (left, right) => {
      const [a, b] = [directoryOf(left) ?? '', directoryOf(right) ?? '']
      expect(execFileSync('diff', ['--recursive', '--no-dereference', a, b], { encoding: 'utf8' })).toBe('')
      expect(listing(b)).toBe(listing(a))
    },
    leftovers: async () => [...(await hidden(disk.path)), ...(await hidden(far.path))],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function listing(path: string): string {
  const script = `cd "$1"; find . ! -type d -printf '%p %m %U %G %n %T@ %s %l\\n' | sort`
  return execFileSync('sh', ['-c', script, 'sh', path], { encoding: 'utf8' })
}

/** Links, holes, owners, odd names: what a copy may lose. */
async function fill(volume: string): Promise<void> {
  const at = (name: string): string => join(volume, name)
  await mkdir(at('folder/deep'), { recursive: true })
  await writeFile(at('folder/file'), 'content', { mode: 0o640 })
  await writeFile(at('folder/ a\nname '), 'odd')
  await symlink('folder/file', at('link'))
  await link(at('folder/file'), at('hard'))
  await writeFile(at('hole'), 'start')
  await truncate(at('hole'), 3_000_000)
  await command('chown', ['1234:5678', at('folder/deep')])
  await command('setfattr', ['-n', 'user.tag', '-v', 'kept', at('folder/file')])
}

/** Of this package, what is unfinished: all but the notes and the parents that are kept. */
async function hidden(path: string): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true }).catch((): string[] => [])
  return names.filter((name) => /lifting|\.salvage-kit\/(?:runs|incoming|lowering|writing)\/./.test(name))
}
