import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory for its owner alone, and the ones around it that are missing. Throws what the system says of the
 * first that cannot be made: `mkdir` with `recursive` says `ENOENT` on a read-only file system, and never ends where
 * nothing can be made at all, such as below `/proc`.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (isThere(path)) return
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT') || isThere(dirname(path))) throw error
    makeDirectory(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
