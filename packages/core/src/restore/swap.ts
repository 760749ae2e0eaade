import { chmod, chown, lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'

/**
 * Exchanges the content of a directory by renames on one file system: the directory itself stays (it may be a mount
 * point, and a stopped container's mount still points to it). Every step can be taken back after a crash:
 *
 *     STAGING/new        the restored content, complete and verified before the exchange begins
 *     STAGING/old        the former content, moved there entry by entry
 *     STAGING/exchanged  marker: everything old is in `old`; what stands in the directory came from `new`
 *     STAGING/committed  marker: the new content stays; only cleaning up is left
 */
const swapToken = z.strictObject({
  directory: z.string(),
  staging: z.string(),
  /** Of the directory before the exchange. */
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
})
type SwapToken = z.infer<typeof swapToken>

/** Names the exchange of a directory's content. Reads and changes nothing. */
export async function prepareSwap(directory: string, runId: string): Promise<Json> {
  const stats = await lstat(directory)
  const parent = dirname(directory)
  // Beside the directory nobody sees it; inside it only where the directory is a mount point of its own.
  const beside = parent !== directory && (await lstat(parent)).dev === stats.dev
  const staging = beside
    ? join(parent, `.${basename(directory)}.salvage-restore-${runId}`)
    : join(directory, `.salvage-restore-${runId}`)
  const token: SwapToken = { directory, staging, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid }
  return token
}

/** Makes the empty directory to restore into and gives its path. */
export async function stageSwap(token: Json): Promise<string> {
  const { staging } = swapToken.parse(token)
  await mkdir(staging, { mode: 0o700 })
  const fresh = join(staging, 'new')
  await mkdir(fresh, { mode: 0o700 })
  return fresh
}

/** Exchanges the content. The writers are at rest. Resolves when the new content is in place and on disk. */
export async function swap(token: Json): Promise<void> {
  const given = swapToken.parse(token)
  const { directory, staging } = given
  const old = join(staging, 'old')
  const fresh = join(staging, 'new')
  await mkdir(old, { mode: 0o700 })
  await moveAll(directory, old, staging)
  await mark(staging, 'exchanged')
  const stats = await lstat(fresh)
  await moveAll(fresh, directory, staging)
  await adopt(directory, stats)
}

/** Makes the new content final; after this nothing goes back. Resolves when the former content is gone. */
export async function commitSwap(token: Json): Promise<void> {
  const { staging } = swapToken.parse(token)
  await mark(staging, 'committed')
  await sweep(staging)
}

/**
 * Takes an exchange back, however far it came, and removes the staging directory; a committed one is only cleaned up.
 * Idempotent; may run in another process.
 */
export async function unswap(token: Json, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const given = swapToken.parse(token)
  const { directory, staging } = given
  const names = await namesIn(staging)
  if (names === undefined) return
  if (names.includes('committed')) {
    await sweep(staging)
    return
  }
  if (names.includes('exchanged')) {
    await mkdir(join(staging, 'new'), { recursive: true, mode: 0o700 })
    await moveAll(directory, join(staging, 'new'), staging)
    await rm(join(staging, 'exchanged'))
    await sync(staging)
  }
  if (names.includes('old')) await moveAll(join(staging, 'old'), directory, staging)
  await chown(directory, given.uid, given.gid)
  await chmod(directory, given.mode)
  await rm(staging, { recursive: true, force: true })
}

/** The marker goes last: without it, what is left would look like an exchange to take back. */
async function sweep(staging: string): Promise<void> {
  for (const name of ['old', 'new', 'exchanged']) await rm(join(staging, name), { recursive: true, force: true })
  await sync(staging)
  await rm(staging, { recursive: true, force: true })
}

async function moveAll(from: string, to: string, except: string): Promise<void> {
  const names = await readdir(from, { encoding: 'buffer' })
  for (const name of names) {
    const source = Buffer.concat([Buffer.from(`${from}/`), name])
    if (source.equals(Buffer.from(except))) continue
    await rename(source, Buffer.concat([Buffer.from(`${to}/`), name]))
  }
  await sync(from)
  await sync(to)
}

async function adopt(
  directory: string,
  stats: { uid: number; gid: number; mode: number; atime: Date; mtime: Date },
): Promise<void> {
  await chown(directory, stats.uid, stats.gid)
  await chmod(directory, stats.mode & 0o7777)
  await utimes(directory, stats.atime, stats.mtime)
}

async function mark(staging: string, name: string): Promise<void> {
  const file = await open(join(staging, name), 'w', 0o600)
  await file.sync()
  await file.close()
  await sync(staging)
}

/** A rename is durable once its directories are. */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function namesIn(directory: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
