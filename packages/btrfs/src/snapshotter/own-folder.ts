import { lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'
import { markOwn, OWNER } from './owner.ts'

/** The subvolume in the folder of a cut. */
export const CUT = 'cut'

/** The file that says which snapshot a folder holds. */
export const HOLDS = 'holds'

/** Makes a folder of this process for subvolumes; those around it belong to their owner alone. Rejects when it is there. */
export async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  await mkdir(folder, { mode: 0o700 })
  await markOwn(folder)
}

/** A command of a dead process may still be at work in the folder. */
const TRIES = 5
const AGAIN_MS = 200

/** Removes such a folder with the subvolumes in it; does nothing when it is not there. */
export async function removeOwnFolder(folder: string, options: CallOptions): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const names = await readdir(folder).catch(() => [])
    for (const name of names) await removeSubvolume(join(folder, name), options)
    try {
      for (const file of [OWNER, HOLDS]) await rm(join(folder, file), { force: true })
      return await rmdir(folder)
    } catch (error) {
      const code = errorCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      if (code !== 'ENOTEMPTY' || tries === TRIES) throw error
      await delay(AGAIN_MS, undefined, options)
    }
  }
}

/** Deletes a subvolume that may be gone already, also between the look and the act. */
export async function removeSubvolume(path: string, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  if (!(await isSubvolume(path))) return
  try {
    await deleteSubvolumes([path], options)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'BTRFS.NOT_FOUND') throw error
  }
}

/** How long ago something in it was last made or removed, in milliseconds; undefined when it is not there. */
export async function ageOf(folder: string): Promise<number | undefined> {
  return lstat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  )
}
