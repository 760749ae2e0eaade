import { access, constants, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import { errno } from './store-failure.ts'
import { isPrivileged } from './tree-lens.ts'

/** More than this is not looked at before a lift. */
const MOST = 1000

/**
 * Where a source really is. Looks at the directory itself and, for a process that is not root, at the first thousand
 * names in it; what lies deeper shows in the lift. Rejects with `ARCHIVE.SOURCE_UNREADABLE`.
 */
export async function readableSource(source: string): Promise<string> {
  try {
    const place = await realpath(source)
    if (!(await stat(place)).isDirectory()) throw new Error('it is no directory')
    await access(place, constants.R_OK | constants.X_OK)
    const names = await readdir(place, { withFileTypes: true })
    if (isPrivileged()) return place
    for (const entry of names.slice(0, MOST))
      if (entry.isFile() || entry.isDirectory())
        await access(join(place, entry.name), entry.isFile() ? constants.R_OK : constants.R_OK | constants.X_OK).catch(
          unlessGone,
        )
    return place
  } catch (error) {
    throw new SalvageError('ARCHIVE.SOURCE_UNREADABLE', `${source} cannot be read`, {
      why: errorText(error),
      hint: 'check the path, and run as root or as a user that may read all of it',
      cause: error,
    })
  }
}

/** A name that is no UTF-8 is not found by its text either. */
function unlessGone(error: unknown): void {
  if (errno(error) !== 'ENOENT') throw error
}
