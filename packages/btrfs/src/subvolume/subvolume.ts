import type { CallOptions } from '@salvage-kit/core'
import { runCommand, runCommands } from '../command/run-command.ts'

/** So many names go into one command. */
const AT_ONCE = 500

/** What {@link createSubvolume} takes. */
export interface CreateSubvolumeOptions extends CallOptions {
  /** False: what is written over is written in place. Set right after it was made. Default: true. */
  readonly copyOnWrite?: boolean
}

/** Makes an empty subvolume. Rejects with `BTRFS.EXISTS`, `BTRFS.NO_SPACE` and what the commands else say. */
export async function createSubvolume(
  path: string,
  { copyOnWrite = true, signal }: CreateSubvolumeOptions,
): Promise<void> {
  const inPlace = copyOnWrite ? [] : [['chattr', '+C', '--', path]]
  await runCommands([['btrfs', 'subvolume', 'create', '--', path], ...inPlace], { signal })
}

/**
 * Cuts `from` as a new subvolume `to`, read-only unless it says writable; `to` must not be there: the command would cut
 * into a directory that is. Resolves when it stands. A read-only one of a received one keeps its received UUID.
 */
export async function snapshotSubvolume(
  from: string,
  to: string,
  { writable = false, signal }: CallOptions & { readonly writable?: boolean },
): Promise<void> {
  const mode = writable ? [] : ['-r']
  await runCommand('btrfs', ['subvolume', 'snapshot', ...mode, '--', from, to], { signal })
}

/** Deletes subvolumes in few commands. Rejects at the first group in which one could not be deleted. */
export async function deleteSubvolumes(paths: readonly string[], options: CallOptions): Promise<void> {
  for (let first = 0; first < paths.length; first += AT_ONCE)
    await runCommand('btrfs', ['subvolume', 'delete', '--', ...paths.slice(first, first + AT_ONCE)], options)
}

/** Writes what is in memory of the file system at `path` to its disk, so that a cut right after has little to write. */
export async function syncFileSystem(path: string, options: CallOptions): Promise<void> {
  await runCommand('btrfs', ['filesystem', 'sync', '--', path], options)
}
