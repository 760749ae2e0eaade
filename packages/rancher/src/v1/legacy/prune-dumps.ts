import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { Finding, TargetRef } from '@salvage-kit/core'
import type { DumpedFile, Manifest } from './manifest.ts'
import { isPlain } from './place.ts'
import { isEmpty, isSame } from './write-dump.ts'

/**
 * Removes files of what is gone, and those that a newer dump of the same target came without; only files that are as the
 * manifest has them. Resolves with what is left of the manifest; never rejects, for what could not be removed is told, and
 * tried again.
 */
export async function pruneDumps(
  directory: string,
  { at, files, failed }: Manifest,
  isGone: (target: TargetRef) => boolean,
  warn: (finding: Finding) => void,
): Promise<Manifest> {
  const fresh = new Set(files.filter((file) => file.at === at).map(({ target }) => target))
  const left: DumpedFile[] = []
  for (const file of files) {
    const isStale = file.at !== at && fresh.has(file.target)
    if (!isStale && !isGone(file.target)) left.push(file)
    else if (!(await removed(directory, file, warn))) left.push(file)
  }
  return { at, files: left, failed }
}

/** Whether it is no concern of a manifest any more. */
async function removed(directory: string, file: DumpedFile, warn: (finding: Finding) => void): Promise<boolean> {
  const place = file.path.split('/')
  const folders = place.slice(0, -1)
  try {
    // What somebody else has put there since is theirs.
    if (!(await isPlain(directory, folders)) || !(await isSame(join(directory, file.path), file))) return true
    await rm(join(directory, file.path))
    for (let deep = folders.length; deep > 1; deep -= 1) {
      const folder = folders.slice(0, deep)
      if (!(await isEmpty(directory, folder))) break
      await rmdir(join(directory, ...folder))
    }
    return true
  } catch (error) {
    warn({
      code: 'RANCHER.DUMP_STAYS',
      message: `${file.path}: this dump of ${file.target}, which is gone, could not be removed`,
      why: errorText(error),
    })
    return false
  }
}
