import { randomUUID } from 'node:crypto'
import { access, chmod, chown, constants, lstat, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorText, parseReference, SalvageError } from '@salvage-kit/core'
import type { DirectorySource, Json, Provisioner, TargetRef } from '@salvage-kit/core'
import { z } from 'zod'
import { absent, madeRecords } from './made-record.ts'
import type { DirectoryIdentity, MadeRecords } from './made-record.ts'
import { normaliseDirectory } from './normalise-directory.ts'

interface Token {
  readonly version: 1
  readonly id: string
  readonly path: string
  /** The attributes of the empty directory that stands there already; absent when nothing does. */
  readonly before?: { readonly mode: number; readonly uid: number; readonly gid: number }
}

const tokenOf: z.ZodType<Token> = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  path: z.string().startsWith('/'),
  before: z.strictObject({ mode: z.int(), uid: z.int(), gid: z.int() }).exactOptional(),
})

/**
 * Makes directories to restore into: where nothing stands, or an empty directory does. Nothing is written into them;
 * which ones they are is remembered in the state directory. A symbolic link in the last place is never followed.
 *
 * Codes: `RESTORE.OCCUPIED`, `RESTORE.NO_PARENT` (the directory around it is missing, no directory, or cannot be
 * written), `REFERENCE.INVALID`.
 */
export function directoryProvisioner(stateDirectory: string): Provisioner {
  const records = madeRecords(stateDirectory)
  return {
    scheme: 'dir',
    prepare: async (ref, _runId, { signal }) => {
      signal.throwIfAborted()
      await records.sweep(new Date())
      return prepare(ref)
    },
    create: async (given, { signal }) => {
      signal.throwIfAborted()
      return create(tokenOf.parse(given), records)
    },
    remove: async (given, { signal }) => {
      signal.throwIfAborted()
      await remove(tokenOf.parse(given), records)
    },
  }
}

async function prepare(ref: TargetRef): Promise<Json> {
  const path = normaliseDirectory(parseReference(ref).value, '/')
  const found = await lookAt(path)
  const token = { version: 1, id: randomUUID(), path }
  if (found !== undefined) {
    await mustBeEmpty(path, found)
    return { ...token, before: { mode: Number(found.mode) & 0o7777, uid: Number(found.uid), gid: Number(found.gid) } }
  }
  await mustHoldNew(dirname(path), path)
  return token
}

async function create(token: Token, records: MadeRecords): Promise<DirectorySource> {
  const made: DirectorySource = { medium: 'directory', path: token.path }
  const found = await lookAt(token.path)
  if (found !== undefined) {
    // A second call, after the first had come this far.
    if (same(await records.read(token.id), found)) return made
    await mustBeEmpty(token.path, found)
  } else
    await mkdir(token.path, { mode: 0o700 }).catch((error: unknown) => {
      throw new SalvageError('RESTORE.NO_PARENT', `${token.path} cannot be made`, {
        why: errorText(error),
        hint: 'name a place where this user may make directories',
        cause: error,
      })
    })
  const now = found ?? (await lstat(token.path, { bigint: true }))
  await records.write(token.id, identityOf(now))
  return made
}

/**
 * Without a note nothing was ever restored there: then an empty directory goes, if none was there before, and anything
 * else is somebody else's.
 */
async function remove(token: Token, records: MadeRecords): Promise<void> {
  const found = await lookAt(token.path)
  if (found?.isDirectory() === true) {
    const ours = same(await records.read(token.id), found)
    if (ours) await empty(token.path)
    if (token.before === undefined) await rmdir(token.path).catch(ours ? absent : somebodyElses)
    else if (ours) await putBack(token.path, token.before)
  }
  await records.forget(token.id)
}

async function empty(path: string): Promise<void> {
  // What was restored may be a directory that its own owner may not change.
  await chmod(path, 0o700)
  for (const name of await readdir(path, { encoding: 'buffer' }))
    await rm(Buffer.concat([Buffer.from(join(path, '/')), name]), { recursive: true, force: true })
}

async function putBack(path: string, { mode, uid, gid }: NonNullable<Token['before']>): Promise<void> {
  const found = await lstat(path)
  if (found.uid !== uid || found.gid !== gid) await chown(path, uid, gid)
  await chmod(path, mode)
}

async function mustBeEmpty(path: string, found: BigIntStats): Promise<void> {
  if (found.isDirectory() && (await readdir(path)).length === 0) return
  const what = found.isSymbolicLink() ? 'a symbolic link' : found.isDirectory() ? 'a directory with content' : 'a file'
  throw new SalvageError('RESTORE.OCCUPIED', `${path} is not free to restore into`, {
    why: `${what} stands there`,
    hint: 'name a path where nothing stands, or an empty directory; --in-place restores over the target itself',
  })
}

async function mustHoldNew(parent: string, path: string): Promise<void> {
  const found = await stat(parent).catch(() => undefined)
  if (found?.isDirectory() !== true) {
    const why = found === undefined ? `there is no directory ${parent}` : `${parent} is not a directory`
    throw new SalvageError('RESTORE.NO_PARENT', `${path} cannot be made`, { why, hint: `make ${parent} first` })
  }
  await access(parent, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    const why = isReadOnly(error) ? `${parent} is on a read-only file system` : `this user may not write to ${parent}`
    throw new SalvageError('RESTORE.NO_PARENT', `${path} cannot be made`, {
      why,
      hint: 'name a place where this user may make directories',
      cause: error,
    })
  })
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EROFS'
}

async function lookAt(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch(absent)
}

function identityOf(found: BigIntStats): DirectoryIdentity {
  return { device: String(found.dev), inode: String(found.ino), born: String(found.birthtimeNs) }
}

function same(identity: DirectoryIdentity | undefined, found: BigIntStats): boolean {
  const now = identityOf(found)
  return identity?.device === now.device && identity.inode === now.inode && identity.born === now.born
}

function somebodyElses(error: unknown): void {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) return
  absent(error)
}
