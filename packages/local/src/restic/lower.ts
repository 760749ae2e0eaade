import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { directoryOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { LiftOptions, RestorePoint, Source, Store } from '@salvage-kit/core'
import { comparison } from './comparison.ts'
import { failure } from './failure.ts'
import { LOCK_PATIENCE_MS, runLocking } from './locking-call.ts'
import { listedNode, listedSnapshot, restoreStatus } from './listing-schema.ts'
import { messageIn } from './message-line.ts'
import { moveUp } from './move-up.ts'
import { repositoryOf } from './restic-store.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import { atLeast, resticVersion } from './version.ts'

/** Who restores a dump decides who may read it. */
const DUMP_MODE = 0o600

const SPARSE = { major: 0, minor: 15 }

/**
 * Restores into a staging directory inside the destination (so no file crosses file systems), with `--verify`: restic
 * reads every file again and compares it with its hash. Then moves the content up, gives the destination what the
 * directory itself had (mode, owner, times, attributes), and compares every entry with what `restic ls` says.
 */
export async function lower(
  stateDirectory: string,
  point: RestorePoint,
  store: Store,
  destination: Source,
  { signal, onProgress }: LiftOptions,
): Promise<void> {
  signal.throwIfAborted()
  const place = directoryOf(destination)
  if (place === undefined)
    throw new SalvageError('CRANE.MEDIUM', `the restic crane cannot write a ${destination.medium} without a directory`)
  const repository = await repositoryOf(store)
  const version = await resticVersion(repository, signal)
  const staging = join(place, `.salvage-lower-${randomUUID()}`)
  await mkdir(staging, { mode: 0o700 })
  await restore(repository, stateDirectory, point, {
    args: ['--target', staging, '--verify', ...(atLeast(version, SPARSE) ? ['--sparse'] : [])],
    onLine: (line) => {
      const status = messageIn(line, restoreStatus)
      if (status !== undefined)
        onProgress?.({ bytes: status.bytes_restored, files: status.files_restored, totalBytes: status.total_bytes })
    },
    signal,
  })
  const { bytes, files } = await settle(repository, point, { staging, place, signal })
  onProgress?.({ bytes, files, totalBytes: bytes })
}

async function restore(
  repository: Repository,
  stateDirectory: string,
  point: RestorePoint,
  call: { readonly args: readonly string[]; readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const what = `restoring ${point.target} from ${point.id}`
  try {
    const end = await runLocking(repository, stateDirectory, {
      work: 'restore',
      patienceMs: LOCK_PATIENCE_MS,
      what,
      args: ['restore', point.id, '--json', ...call.args],
      onLine: call.onLine,
      otherwise: 'ARCHIVE.DAMAGED',
      signal: call.signal,
    })
    if (end.code !== 0) throw failure(what, end, repository, 'ARCHIVE.DAMAGED')
  } catch (error) {
    // A restore writes nothing but a lock into the repository: what is full is the destination.
    if (!isSalvageError(error) || error.code !== 'STORE.FULL') throw error
    throw new SalvageError('RESTORE.NO_SPACE', `${point.target} does not fit into its destination`, {
      cause: error,
      ...(error.why === undefined ? {} : { why: error.why }),
      hint: 'make room there, or name another place with --to',
    })
  }
}

/** Reads `restic ls`: its first line names the directory, every other one entry. */
async function settle(
  repository: Repository,
  point: RestorePoint,
  { staging, place, signal }: { readonly staging: string; readonly place: string; readonly signal: AbortSignal },
): Promise<{ readonly bytes: number; readonly files: number }> {
  const compare = comparison(place)
  let root: string | undefined
  let isDump = false
  const end = await runRestic(repository, {
    args: ['ls', '--json', '--no-lock', point.id],
    onLine: async (line) => {
      if (root === undefined) {
        const [path, another] = messageIn(line, listedSnapshot)?.paths ?? []
        if (path === undefined || another !== undefined) throw unexpected(point, 'it does not hold one directory')
        // What came from standard input is a file at the root of the snapshot.
        isDump = !(await lstat(join(staging, path))).isDirectory()
        root = isDump ? sep : path
        await moveUp(join(staging, root), staging, place)
        return
      }
      const node = messageIn(line, listedNode)
      if (node === undefined) return
      await compare.node(node, root)
      // Restic makes the mode of a dump up, and lets everybody read it.
      if (isDump) await chmod(join(place, node.path), DUMP_MODE)
    },
    signal,
  })
  if (end.code !== 0) throw failure(`listing ${point.id}`, end, repository)
  if (root === undefined) throw unexpected(point, 'restic lists nothing of it')
  return compare.end()
}

function unexpected(point: RestorePoint, why: string): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', `the restore point ${point.id} is not one of ${point.target}`, { why })
}
