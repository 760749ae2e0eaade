import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Makes the directory of `path`, for its owner only, durably; leaves one that is there as it is. */
export function makeDirectory(path: string): void {
  const directory = dirname(resolve(path))
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let parent = dirname(directory); ; parent = dirname(parent)) {
    sync(parent)
    if (parent === top) return
  }
}

/**
 * Makes an empty file for its owner only. One that is there is left alone, not even opened: closing it again would
 * drop the locks that another connection of this process holds on it.
 */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function sync(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
