import { mkdirSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'
import { ownFolder, removeMounted, sweepOwnFolders } from './leftovers.ts'
import { FILE_SYSTEMS, shareMounts } from './shared-mounts.ts'

/** A BTRFS file system in a file, mounted until it is disposed of. */
export interface BtrfsFileSystem extends AsyncDisposable {
  /** Its root directory, without a slash at the end and without anything in it that a shell could misread. */
  readonly path: string
}

/** How large it is, and what is switched on. */
export interface BtrfsFileSystemOptions {
  /** At least 128. The file is sparse: what is not written costs nothing. */
  readonly megabytes: number
  /** Whether space is counted by subvolume. */
  readonly quota?: boolean
  /** For `mount -o`, beside `loop`: `ro`, `compress=zstd`. */
  readonly mountOptions?: readonly string[]
}

/**
 * Makes an empty one: `await using disk = await btrfsFileSystem({ megabytes: 256 })`. It takes some 50 ms. What processes
 * that were killed left mounted is cleared away first. Engines of `privateDockerd({ plugins: true })` see it. Needs root.
 */
export async function btrfsFileSystem(options: BtrfsFileSystemOptions): Promise<BtrfsFileSystem> {
  await shareMounts()
  await sweepOwnFolders(FILE_SYSTEMS)
  const folder = ownFolder(FILE_SYSTEMS)
  const dispose = async (): Promise<void> => removeMounted(folder)
  try {
    const image = join(folder, 'image')
    const path = join(folder, 'root')
    mkdirSync(path)
    await writeFile(image, '')
    await truncate(image, options.megabytes * 1024 * 1024)
    await command('mkfs.btrfs', ['--quiet', image])
    await command('mount', ['-o', ['loop', ...(options.mountOptions ?? [])].join(','), image, path])
    if (options.quota === true) await command('btrfs', ['quota', 'enable', path])
    return { path, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
