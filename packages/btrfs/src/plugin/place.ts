import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { isBtrfs } from '../subvolume/is-subvolume.ts'
import { badPlace } from './error.ts'

/**
 * Makes the directories of volumes and of snapshots where they are not there; resolves with what is odd. Directories that
 * are there and cannot be written are odd only: a file system that met an error is mounted so, and containers must find
 * their volumes. Rejects with `PLUGIN.PLACE`.
 */
export async function preparePlaces({ volumesPath, snapshotsPath }: BtrfsSettings): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const path of [volumesPath, snapshotsPath]) {
    // Before anything is made: on another file system it would hide what is to be mounted there.
    if (!(await isBtrfs(nearest(path)))) throw badPlace(path, 'it is not on a BTRFS file system')
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 })
      accessSync(path, constants.W_OK)
    } catch (error) {
      if (codeOf(error) !== 'EROFS' || !existsSync(path)) throw badPlace(path, errorText(error), error)
      findings.push({
        code: 'BTRFS.READ_ONLY',
        message: `nothing can be made or removed in ${path}`,
        why: errorText(error),
        hint: 'see the log of the kernel for why, and mount the file system for writing',
      })
    }
  }
  return findings
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** The path, or the directory above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path))
}
