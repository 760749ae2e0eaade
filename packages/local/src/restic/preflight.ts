import { access, constants, readdir, realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { directoryOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { PreflightOptions, Source, Store } from '@salvage-kit/core'
import { readableDirectory } from '../directory/directory-discovery.ts'
import { deadClaims } from './claim.ts'
import { failure, noPasswordFile } from './failure.ts'
import { namesPassword } from './restic-environment.ts'
import { repositoryOf } from './restic-store.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import { removeOwnLocks } from './stale-locks.ts'
import { resticVersion } from './version.ts'

/**
 * Whether a lift can begin: restic, a password, the repository (made when `init` says so), sources that can be read and
 * do not hold the repository. Also removes what locks dead processes of ours have left.
 */
export async function preflight(
  stateDirectory: string,
  store: Store,
  sources: readonly Source[],
  { signal, init }: PreflightOptions,
): Promise<void> {
  signal.throwIfAborted()
  const repository = await repositoryOf(store)
  await resticVersion(repository, signal)
  await mustHavePassword(repository)
  for (const source of sources) if (source.medium !== 'stream') await mustRead(source, repository)
  await mustOpen(repository, init, signal)
  await mustWrite(repository)
  await removeOwnLocks(repository, await deadClaims(stateDirectory), signal)
}

async function mustHavePassword({ passwordFile, ref }: Repository): Promise<void> {
  if (passwordFile === undefined) {
    if (namesPassword(process.env)) return
    throw new SalvageError('STORE.NO_PASSWORD', `there is no password for ${ref}`, {
      hint: 'give --password-file FILE, or set RESTIC_PASSWORD_FILE, RESTIC_PASSWORD_COMMAND or RESTIC_PASSWORD',
    })
  }
  await access(passwordFile, constants.R_OK).catch((cause: unknown) => {
    throw noPasswordFile(passwordFile, ref, cause instanceof Error ? cause.message : String(cause))
  })
}

async function mustRead(source: Source, { folder, ref }: Repository): Promise<void> {
  const path = directoryOf(source)
  if (path === undefined)
    throw new SalvageError('CRANE.MEDIUM', `the restic crane cannot read a ${source.medium} without a directory`)
  const real = await readableDirectory(path)
  const repository = folder === undefined ? undefined : await realpath(folder).catch(() => folder)
  if (repository !== undefined && (repository === real || repository.startsWith(real === sep ? sep : real + sep)))
    throw new SalvageError('STORE.INSIDE_SOURCE', `${ref} stands inside ${path}, which is to be copied into it`, {
      hint: 'keep the repository elsewhere, best on another disk or machine',
    })
}

async function mustOpen(repository: Repository, init: boolean, signal: AbortSignal): Promise<void> {
  try {
    await open(repository, signal)
  } catch (error) {
    if (!init || !isSalvageError(error) || error.code !== 'STORE.NOT_FOUND') throw error
    await initialise(repository, signal)
  }
}

/** Reads the configuration of a repository, which takes its password. */
async function open(repository: Repository, signal: AbortSignal): Promise<void> {
  const end = await runRestic(repository, { args: ['cat', 'config', '--no-lock'], signal })
  if (end.code !== 0) throw failure(`opening ${repository.ref}`, end, repository)
}

async function initialise(repository: Repository, signal: AbortSignal): Promise<void> {
  const { folder, ref } = repository
  if (folder !== undefined && (await readdir(folder).catch(() => [])).length > 0)
    throw new SalvageError('STORE.OCCUPIED', `no repository can be made at ${ref}`, {
      why: `${folder} is not empty and holds no repository`,
      hint: 'name an empty directory, or one that is not there yet',
    })
  const end = await runRestic(repository, { args: ['init'], signal })
  // Another run may have made it in the meantime.
  if (end.code !== 0 && !/already (?:exists|initialized)/.test(end.errors))
    throw failure(`making the repository ${ref}`, end, repository)
  if (end.code !== 0) await open(repository, signal)
}

async function mustWrite({ folder, ref }: Repository): Promise<void> {
  if (folder === undefined || !(await stat(folder)).isDirectory()) return
  await access(`${folder}/locks`, constants.W_OK).catch((cause: unknown) => {
    throw new SalvageError('STORE.READ_ONLY', `${ref} cannot be written`, {
      cause,
      why: cause instanceof Error ? cause.message : String(cause),
    })
  })
}
