import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'

/** What stands in a directory that volumes or snapshots are in. Rejects with `BTRFS.NOT_FOUND`, `BTRFS.PERMISSION`. */
export async function entriesIn(directory: string): Promise<readonly Dirent[]> {
  return inDirectory(directory, async () => readdir(directory, { withFileTypes: true }))
}

/** Work that fails with `BTRFS.NOT_FOUND` when the directory is not there: most likely its file system is not mounted. */
export async function inDirectory<T>(directory: string, work: () => Promise<T>): Promise<T> {
  return withKernelFailures(`reading ${directory}`, async () => {
    try {
      return await work()
    } catch (error) {
      throw ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '') ? noDirectory(directory, error) : error
    }
  })
}

function noDirectory(directory: string, cause: unknown): SalvageError {
  return new SalvageError('BTRFS.NOT_FOUND', `there is no directory ${directory}`, {
    cause,
    hint: 'mount the file system that it is on, or name another directory under btrfs: in the configuration',
    untouched: true,
  })
}
