import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from './durable-file.ts'
import { errno } from './store-failure.ts'

/**
 * Makes a directory for its owner alone, and the ones around it that are missing; all of them are durable when it
 * resolves. Rejects with what the system says of the first that cannot be made: `mkdir` with `recursive` never ends where
 * nothing can be made at all, such as below `/proc`.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (await isThere(path)) return
    if (errno(error) !== 'ENOENT') throw error
    if (!(await isThere(dirname(path)))) await makeDirectory(dirname(path))
    // Somebody else may make the same ones.
    await mkdir(path, { mode: 0o700 }).catch(async (again: unknown) => {
      if (!(await isThere(path))) throw again
    })
  }
  await syncDirectory(dirname(path))
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
