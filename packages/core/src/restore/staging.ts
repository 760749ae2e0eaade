import { constants } from 'node:fs'
import { access, lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Json, JsonObject } from '../json.ts'

/** Names the exchange of one directory's content. */
export interface SwapToken extends JsonObject {
  /** Without symbolic links: renames go where its content is. */
  readonly directory: string
  readonly staging: string
  /** Of the directory before the exchange. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly atimeMs: number
  readonly mtimeMs: number
}

const swapToken: z.ZodType<SwapToken> = z.strictObject({
  directory: z.string(),
  staging: z.string(),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  atimeMs: z.number(),
  mtimeMs: z.number(),
})

/** A token read back. */
export function readSwapToken(token: Json): SwapToken {
  return swapToken.parse(token)
}

/** Where the content of a directory is exchanged, and how the directory is by now. Reads and changes nothing. */
export async function place(given: string, runId: string): Promise<SwapToken> {
  const directory = await realpath(given)
  const { mode, uid, gid, atimeMs, mtimeMs } = await lstat(directory)
  // Beside the directory nobody sees it; inside it where no rename gets from one to the other.
  const staging = (await canStandBeside(directory))
    ? join(dirname(directory), `.${basename(directory)}.salvage-restore-${runId}`)
    : join(directory, `.salvage-restore-${runId}`)
  return { directory, staging, mode: mode & 0o7777, uid, gid, atimeMs, mtimeMs }
}

/** The names in a directory; undefined when it is not there. */
export async function namesIn(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function canStandBeside(directory: string): Promise<boolean> {
  const parent = dirname(directory)
  if (parent === directory || (await lstat(parent)).dev !== (await lstat(directory)).dev) return false
  if (await isMountPoint(directory)) return false
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** A directory may be mounted upon its own file system, and then no rename leaves it either. */
async function isMountPoint(directory: string): Promise<boolean> {
  // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html; where there is none, the device alone must do.
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return text.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === directory)
}

function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
