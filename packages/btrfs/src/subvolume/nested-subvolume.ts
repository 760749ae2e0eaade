import type { CallOptions } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'

/**
 * Whether other subvolumes stand in a subvolume, at whatever depth: a cut holds an empty directory in place of each, and
 * says nothing. Rejects with `BTRFS.PERMISSION`, `BTRFS.NOT_FOUND`.
 */
export async function holdsSubvolumes(path: string, options: CallOptions): Promise<boolean> {
  return (await runCommand('btrfs', ['subvolume', 'list', '-o', '--', path], options)).trim() !== ''
}
