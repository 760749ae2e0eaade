import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../command/error-code.ts'

/** A mount that an engine asked for and has not given back. */
export interface RecordedMount {
  readonly id: string
  /** When it was last asked for, in milliseconds since 1970. */
  readonly since: number
}

/** What Docker Engine sends, 64 hexadecimal digits, and anything else that can be the name of a file as it is. */
const PLAIN_ID = /^[A-Za-z0-9_-]{1,128}$/

/** Writes down a mount. The same id counts once, however often it is asked for: engines repeat themselves. */
export async function recordMount(mountsPath: string, volume: string, id: string): Promise<void> {
  const file = join(mountsPath, volume, fileOf(id))
  for (let attempt = 0; ; attempt += 1) {
    await mkdir(join(mountsPath, volume), { recursive: true, mode: 0o700 })
    try {
      await writeFile(file, '', { flag: 'a', mode: 0o600 })
      const now = new Date()
      return await utimes(file, now, now)
    } catch (error) {
      // The last mount of the volume was given back at this moment, and the directory with it.
      if (errorCode(error) !== 'ENOENT' || attempt === 3) throw error
    }
  }
}

/** Forgets a mount; one that nobody knows is forgotten already. */
export async function forgetMount(mountsPath: string, volume: string, id: string): Promise<void> {
  await rm(join(mountsPath, volume, fileOf(id)), { force: true })
  await rmdir(join(mountsPath, volume)).catch(() => undefined)
}

/** Forgets all mounts of a volume that is no more. */
export async function forgetMounts(mountsPath: string, volume: string): Promise<void> {
  await rm(join(mountsPath, volume), { recursive: true, force: true })
}

/** The mounts that are written down, in no particular order. */
export async function recordedMounts(mountsPath: string, volume: string): Promise<readonly RecordedMount[]> {
  const directory = join(mountsPath, volume)
  const ids = await readdir(directory).catch(absentIs([]))
  const found = await Promise.all(
    ids.map(async (id) => {
      const stats = await stat(join(directory, id)).catch(absentIs(undefined))
      return stats === undefined ? [] : [{ id, since: stats.mtimeMs }]
    }),
  )
  return found.flat()
}

function fileOf(id: string): string {
  return PLAIN_ID.test(id) ? id : createHash('sha256').update(id).digest('hex')
}

function absentIs<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === 'ENOENT') return instead
    throw error
  }
}
