import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const KEPT_MS = 90 * 24 * 60 * 60 * 1000

/** Names one directory for good: an inode number is used again, never with the same birth time. */
export interface DirectoryIdentity {
  readonly device: string
  readonly inode: string
  readonly born: string
}

const directoryIdentity: z.ZodType<DirectoryIdentity> = z.strictObject({
  device: z.string(),
  inode: z.string(),
  born: z.string(),
})

/**
 * Remembers which directories were made, or found empty, for a restore. Directories bear no labels; without these notes
 * nobody could tell a half restored directory from one that somebody else has put there in the meantime.
 */
export interface MadeRecords {
  /** On stable storage when it resolves. */
  write(id: string, identity: DirectoryIdentity): Promise<void>
  read(id: string): Promise<DirectoryIdentity | undefined>
  forget(id: string): Promise<void>
  /** Forgets the notes of restores that ended long ago. */
  sweep(now: Date): Promise<void>
}

/** Notes kept in `STATE/provision`. */
export function madeRecords(stateDirectory: string): MadeRecords {
  const folder = join(stateDirectory, 'provision')
  const fileOf = (id: string): string => join(folder, `${id}.json`)
  return {
    write: async (id, identity) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const unfinished = `${fileOf(id)}.new`
      await using file = await open(unfinished, 'w', 0o600)
      await file.writeFile(JSON.stringify(identity))
      await file.sync()
      await rename(unfinished, fileOf(id))
      await using directory = await open(folder)
      await directory.sync()
    },
    read: async (id) => {
      const content = await readFile(fileOf(id), 'utf8').catch(absent)
      return content === undefined ? undefined : directoryIdentity.parse(JSON.parse(content))
    },
    forget: (id) => rm(fileOf(id), { force: true }),
    sweep: async (now) => {
      for (const name of await readdir(folder).catch(() => [])) {
        const file = join(folder, name)
        const found = await stat(file).catch(absent)
        if (found !== undefined && now.getTime() - found.mtimeMs > KEPT_MS) await rm(file, { force: true })
      }
    },
  }
}

/** For `catch`: what is not there is undefined, everything else is thrown on. */
export function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined
  throw error
}
