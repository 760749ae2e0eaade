import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { DumpedFile, Manifest } from './manifest.ts'
import { isPlain } from './place.ts'
import { isEmpty, isSame } from './write-dump.ts'

/**
 * Removes files of what is gone, and those that a newer dump of the same target, or of the same container of it, came
 * without; only files that are as the manifest has them, and none of a target that failed. Resolves with what is left of the
 * manifest; never rejects, for what could not be removed is told, and tried again.
 */
export async function pruneDumps(
  directory: string,
  { at, files, failed }: Manifest,
  isGone: (file: DumpedFile) => boolean,
  warn: (finding: Finding) => void,
): Promise<Manifest> {
  const isStale = replacedIn({ at, files, failed })
  const left: DumpedFile[] = []
  for (const file of files) {
    if (!isStale(file) && !isGone(file)) left.push(file)
    else if (!(await removed(directory, file, warn))) left.push(file)
  }
  return { at, files: left, failed }
}

function replacedIn({ at, files, failed }: Manifest): (file: DumpedFile) => boolean {
  const bad = new Set(failed.map(({ target }) => target))
  return (file) => {
    if (file.at === at || bad.has(file.target)) return false
    const fresh = files.filter((one) => one.at === at && one.target === file.target)
    return file.instance === undefined ? fresh.length > 0 : fresh.some(({ instance }) => instance === file.instance)
  }
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
      message: `${file.path}: this former dump of ${file.target} could not be removed`,
      why: errorText(error),
    })
    return false
  }
}
