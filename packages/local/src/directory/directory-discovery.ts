import { access, constants, realpath, stat } from 'node:fs/promises'
import { SalvageError, findingOf } from '@salvage-kit/core'
import type { Discovery, Problem, Target, TargetRef, Workload } from '@salvage-kit/core'
import { hookWorkload } from '../hook/hook-workload.ts'
import type { LocalDirectory } from './local-directory.ts'
import { normaliseDirectory } from './normalise-directory.ts'

/**
 * Finds the directories that were configured. A target keeps the path that it was given, also where that leads through
 * symbolic links; its source is the directory behind them, so that a crane copies the content and not a link.
 *
 * A directory that cannot be had becomes a problem: `DIRECTORY.MISSING`, `DIRECTORY.NOT_A_DIRECTORY`,
 * `DIRECTORY.UNREADABLE`, `DIRECTORY.TWICE` (two entries of one path, both with hooks).
 */
export function directoryDiscovery(directories: readonly LocalDirectory[]): Discovery {
  for (const { path } of directories) mustBeAbsolute(path)
  return {
    survey: async ({ signal }) => {
      signal.throwIfAborted()
      const targets: Target[] = []
      const workloads: Workload[] = []
      const problems: Problem[] = []
      const { single, twice } = merged(directories)
      for (const directory of single) {
        const ref: TargetRef = `dir:${directory.path}`
        try {
          if (twice.has(directory.path)) throw configuredTwice(directory.path)
          const source = { medium: 'directory', path: await readableDirectory(directory.path) } as const
          targets.push({ ref, source, tides: [] })
          if (directory.hooks !== undefined) workloads.push(hookWorkload(directory.path, directory.hooks))
        } catch (error) {
          problems.push({ ...findingOf(error), target: ref })
        }
        signal.throwIfAborted()
      }
      return { targets, workloads, problems }
    },
  }
}

function mustBeAbsolute(path: string): void {
  if (normaliseDirectory(path, '/') === path) return
  throw new SalvageError('REFERENCE.INVALID', `${JSON.stringify(path)} is not an absolute, normalised path`)
}

/** A directory may be named on the command line and in the configuration: the entry with hooks counts. */
function merged(directories: readonly LocalDirectory[]): {
  readonly single: readonly LocalDirectory[]
  readonly twice: ReadonlySet<string>
} {
  const byPath = new Map<string, LocalDirectory>()
  const twice = new Set<string>()
  for (const directory of directories) {
    const before = byPath.get(directory.path)
    if (before?.hooks !== undefined && directory.hooks !== undefined) twice.add(directory.path)
    if (before?.hooks === undefined) byPath.set(directory.path, directory)
  }
  return { single: [...byPath.values()], twice }
}

/** The real path of a directory that this process can read and list. */
export async function readableDirectory(path: string): Promise<string> {
  const real = await realpath(path).catch((error: unknown) => {
    throw cannotRead(path, error)
  })
  const found = await stat(real)
  if (!found.isDirectory())
    throw new SalvageError('DIRECTORY.NOT_A_DIRECTORY', `${path} is not a directory`, {
      hint: 'name the directory in which it stands',
    })
  await access(real, constants.R_OK | constants.X_OK).catch((error: unknown) => {
    throw cannotRead(path, error)
  })
  return real
}

function cannotRead(path: string, cause: unknown): SalvageError {
  const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
  if (!missing)
    return new SalvageError('DIRECTORY.UNREADABLE', `the directory ${path} cannot be read`, {
      cause,
      why: cause instanceof Error ? cause.message : String(cause),
      hint: 'run as a user who may read it',
    })
  const tilde = path.split('/').includes('~')
  return new SalvageError('DIRECTORY.MISSING', `there is no directory ${path}`, {
    cause,
    ...(tilde ? { hint: 'a shell does not expand "~" behind "dir:"; write $HOME' } : {}),
  })
}

function configuredTwice(path: string): SalvageError {
  return new SalvageError('DIRECTORY.TWICE', `the directory ${path} is configured twice, both times with hooks`, {
    hint: 'keep one of the two entries',
  })
}
