import { chmod, chown, lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions } from '../call-options.ts'
import { SalvageError } from '../error.ts'
import type { Json } from '../json.ts'
import { exchangeFailure } from './exchange-failure.ts'
import { namesIn, place, readSwapToken } from './staging.ts'
import type { SwapToken } from './staging.ts'

/**
 * Exchanges the content of a directory by renames on one file system: the directory itself stays (it may be a mount
 * point, and a stopped container's mount still points to it), with its own extended attributes and ACL. Every step can be
 * taken back after a crash:
 *
 *     STAGING/new        the restored content, complete and verified before the exchange begins
 *     STAGING/old        the former content, moved there entry by entry
 *     STAGING/exchanged  marker: everything old is in `old`; what stands in the directory came from `new`
 *     STAGING/committed  marker: the new content stays; only cleaning up is left
 *
 * All verbs reject with `RESTORE.EXCHANGE` when the file system refuses.
 */

/** Names the exchange of a directory's content. Reads and changes nothing. */
export async function prepareSwap(directory: string, runId: string): Promise<Json> {
  return guarded(directory, () => place(directory, runId))
}

/** Makes the empty directory to restore into and gives its path. */
export async function stageSwap(token: Json): Promise<string> {
  const { directory, staging } = readSwapToken(token)
  const fresh = join(staging, 'new')
  await guarded(directory, async () => {
    await mkdir(staging, { mode: 0o700 })
    await mkdir(fresh, { mode: 0o700 })
  })
  return fresh
}

/** Exchanges the content. The writers are at rest. Resolves when the new content is in place and on disk. */
export async function swap(token: Json): Promise<void> {
  const given = readSwapToken(token)
  const { directory, staging } = given
  const fresh = join(staging, 'new')
  await guarded(directory, async () => {
    await mkdir(join(staging, 'old'), { mode: 0o700 })
    await moveAll(directory, join(staging, 'old'), staging)
    await mark(staging, 'exchanged')
    const stats = await lstat(fresh)
    await moveAll(fresh, directory, staging)
    const { uid, gid, atime, mtime } = stats
    await adopt(directory, { mode: stats.mode & 0o7777, uid, gid, atime, mtime })
  })
}

/**
 * Makes the new content final; after this nothing goes back. Called before the writers rise: whoever takes an exchange
 * back must be sure that nobody has the new content open.
 */
export async function commitSwap(token: Json): Promise<void> {
  const { directory, staging } = readSwapToken(token)
  await guarded(directory, () => mark(staging, 'committed'))
}

/**
 * Takes an exchange back, however far it came; does nothing to a committed one. Renames only, so its time does not grow
 * with the content. Idempotent; may run in another process.
 */
export async function unswap(token: Json, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const given = readSwapToken(token)
  const { directory, staging } = given
  await guarded(directory, async () => {
    const names = await namesIn(staging)
    if (names === undefined || names.includes('committed') || !names.includes('old')) return
    if (names.includes('exchanged')) {
      await mkdir(join(staging, 'new'), { recursive: true, mode: 0o700 })
      await moveAll(directory, join(staging, 'new'), staging)
      await rm(join(staging, 'exchanged'))
      await sync(staging)
    }
    await moveAll(join(staging, 'old'), directory, staging)
    const { mode, uid, gid, atimeMs, mtimeMs } = given
    await adopt(directory, { mode, uid, gid, atime: new Date(atimeMs), mtime: new Date(mtimeMs) })
    await rm(join(staging, 'old'), { recursive: true })
    await sync(staging)
  })
}

/**
 * Removes the staging directory with what is left in it: new content that is not wanted, or, after a commit, the old one.
 * Stops soon after the signal, and goes on at the next call. Idempotent; may run in another process. Rejects with
 * `RESTORE.HALF_SWAPPED` while old content in it is still to be taken back.
 */
export async function clearStaging(token: Json, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const { directory, staging } = readSwapToken(token)
  await guarded(directory, async () => {
    const names = await namesIn(staging)
    if (names === undefined) return
    if (names.includes('old') && !names.includes('committed')) throw halfSwapped(directory, staging)
    // The marker goes last: without it, what is left would look like an exchange to take back.
    for (const name of ['old', 'new', 'exchanged']) await removeTree(join(staging, name), options.signal)
    await sync(staging)
    await rm(staging, { recursive: true, force: true })
  })
}

async function guarded<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw exchangeFailure(directory, error)
  }
}

/** Entry by entry at the top, so that the signal is heard in between. */
async function removeTree(path: string, signal: AbortSignal): Promise<void> {
  const names = (await lstat(path).catch(() => undefined))?.isDirectory() === true ? await bufferNames(path) : []
  for (const name of names) {
    signal.throwIfAborted()
    await rm(below(path, name), { recursive: true, force: true })
  }
  await rm(path, { recursive: true, force: true })
}

async function moveAll(from: string, to: string, except: string): Promise<void> {
  for (const name of await bufferNames(from)) {
    const source = below(from, name)
    if (source.equals(Buffer.from(except))) continue
    await rename(source, below(to, name))
  }
  await sync(from)
  await sync(to)
}

/** Names need not be UTF-8. */
async function bufferNames(directory: string): Promise<readonly Buffer[]> {
  return readdir(directory, { encoding: 'buffer' })
}

function below(directory: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), name])
}

type Worn = Pick<SwapToken, 'mode' | 'uid' | 'gid'> & { readonly atime: Date; readonly mtime: Date }

/** Owner, mode and times of the directory itself; what is right already is not touched, so that its owner need not be asked. */
async function adopt(directory: string, { mode, uid, gid, atime, mtime }: Worn): Promise<void> {
  const now = await lstat(directory)
  if (now.uid !== uid || now.gid !== gid) await chown(directory, uid, gid)
  if (((await lstat(directory)).mode & 0o7777) !== mode) await chmod(directory, mode)
  // Only the owner may set times, and content that stands is worth more than they are.
  if (process.getuid?.() === 0 || process.getuid?.() === uid) await utimes(directory, atime, mtime)
}

/** A marker that is not known to be on disk must not be there at all. */
async function mark(staging: string, name: string): Promise<void> {
  const path = join(staging, name)
  try {
    const file = await open(path, 'w', 0o600)
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await sync(staging)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
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

function halfSwapped(directory: string, staging: string): SalvageError {
  return new SalvageError('RESTORE.HALF_SWAPPED', `the former content of ${directory} is still in ${staging}`, {
    why: 'the exchange of its content could not be taken back',
    hint: 'remove the cause, then run `salvage-kit recover`',
  })
}
