import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, parseReference, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { folderName } from '../folder-name.ts'

/** The folders below the directory in which dumps stand; whatever else is there is nobody's of ours. */
export const ROOTS: readonly string[] = ['dump', 'rancher']

/**
 * Where the files of a target stand, as rancher-backup has it: `dump/STACK/SERVICE[/SIDEKICK]`, `rancher/STACK`,
 * `rancher/database`; with several environments each beneath its own name. Throws `RANCHER.NAME`.
 */
export function placeOf(ref: TargetRef, folder?: string): readonly string[] {
  const { scheme, value } = parseReference(ref)
  const last = folder === undefined ? [] : [folderName(folder)]
  if (scheme === 'rancher-db') return ['rancher', 'database', ...last]
  const [before, ...more] = value.split(':')
  const [environment, path = ''] = more.length === 0 ? [undefined, before] : [before, more.join(':')]
  const names = path.split('/')
  const parts = [...(environment === undefined ? [] : [environment]), ...names].map((part) =>
    folderName(decodeURIComponent(part)),
  )
  return [names.length === 1 ? 'rancher' : 'dump', ...parts, ...last]
}

/**
 * Makes the folder, for this user alone as far as it is new; what is there stays as it is. Rejects with
 * `RANCHER.DUMP_PLACE` when something else stands in its way, a link among that: what it leads to is not in the copy.
 */
export async function makePlace(directory: string, place: readonly string[]): Promise<string> {
  let path = directory
  for (const part of place) {
    path = join(path, part)
    if ((await kindOf(path)) === 'absent') await mkdir(path, { mode: 0o700 }).catch(inTheWay(path))
    if ((await kindOf(path)) !== 'directory') throw notADirectory(path)
  }
  return path
}

/** Whether all of a path below the directory are directories and no links; what is not there counts as such. */
export async function isPlain(directory: string, place: readonly string[]): Promise<boolean> {
  let path = directory
  for (const part of place) {
    path = join(path, part)
    if ((await kindOf(path)) === 'other') return false
  }
  return true
}

async function kindOf(path: string): Promise<'absent' | 'directory' | 'other'> {
  try {
    return (await lstat(path)).isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'absent'
    return inTheWay(path)(error)
  }
}

function inTheWay(path: string): (error: unknown) => never {
  return (error) => {
    throw new SalvageError('RANCHER.DUMP_PLACE', `${path}: no dump can be written there`, {
      why: errorText(error),
      hint: 'see that this user may write there',
      cause: error,
    })
  }
}

function notADirectory(path: string): SalvageError {
  return new SalvageError('RANCHER.DUMP_PLACE', `${path}: no dump can be written there`, {
    why: 'it is a link or a file, and no directory',
    hint: 'mount what is to stand there, or move it away',
  })
}
