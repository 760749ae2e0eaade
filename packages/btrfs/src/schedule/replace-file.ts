import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file as a whole or not at all, durably, with the mode and owner that it had (0644 for a new one); a link is
 * followed. Only for who alone may write it: the file beside it that it is made in is always the same.
 */
export function replaceFile(path: string, text: string): void {
  const real = realPath(path)
  const draft = `${real}.new`
  const before = statSync(real, { throwIfNoEntry: false })
  const descriptor = openSync(draft, 'w', 0o644)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  if (before !== undefined) {
    chmodSync(draft, before.mode)
    chownSync(draft, before.uid, before.gid)
  }
  renameSync(draft, real)
  syncDirectory(dirname(real))
}

/** Makes renames in a directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
