import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { RancherItem } from '../backend/item.ts'
import { folderName } from '../folder-name.ts'

/** The folders below the directory in which dumps stand; whatever else is there is nobody's of ours. */
export const ROOTS: readonly string[] = ['dump', 'rancher']

/** Where the files of something stand: the names of the folders below the directory. Throws `RANCHER.NAME`. */
export type Layout = (item: Pick<RancherItem, 'kind' | 'names'>) => readonly string[]

/**
 * The layout of rancher-backup: `dump/STACK/SERVICE[/SIDEKICK]`, `rancher/STACK`, `rancher/database`. It knew one environment:
 * where the key sees several, each has a folder of its own, whatever is in them or was chosen this time.
 */
export const layout: Layout = ({ kind, names: { folder, stack, service, sidekick } }) => {
  if (kind === 'server') return ['rancher', 'database']
  const parts = kind === 'stack' ? [folder, stack] : [folder, stack, service, sidekick]
  return [kind === 'stack' ? 'rancher' : 'dump', ...parts.filter((part) => part !== undefined).map(folderName)]
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

/** Why a file of ours cannot be written: `RANCHER.DUMP_PLACE`. */
export function inTheWay(path: string): (error: unknown) => never {
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
