import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'
import { pathInFileSystem } from '../subvolume/path-in-file-system.ts'

/** What the file system counts of one subvolume, in bytes. */
export interface Counted {
  readonly total: number
  readonly exclusive: number
  /** The most it may hold, when that is limited. */
  readonly limit?: number
}

/** The kernel's own word on quotas, of every mounted BTRFS. https://docs.kernel.org/filesystems/btrfs.html */
const KERNEL = '/sys/fs/btrfs'
/** `0/256  8404992  3162112  none  none  volumes/web`: the path may hold anything, blanks too. */
const LINE = /^\d+\/\d+\s+(\d+)\s+(\d+)\s+(\d+|none)\s+\S+\s+(.+)$/

/**
 * What the file system counts by itself of each subvolume in a directory, by name; undefined when it does not count, or is
 * not sure. Where no BTRFS of this machine counts, no process is started.
 */
export async function countedIn(
  directory: string,
  options: CallOptions,
): Promise<ReadonlyMap<string, Counted> | undefined> {
  if (!(await isCounting())) return undefined
  const counted = await shown(directory, options).catch(() => undefined)
  options.signal.throwIfAborted()
  return counted === undefined || counted.size === 0 ? undefined : counted
}

/**
 * The most that one subvolume in a directory may hold, in bytes, also while the file system is not sure of what it counted;
 * undefined when it does not count. Where quotas are enabled on no BTRFS of this machine, no process is started.
 */
export async function limitOf(
  directory: string,
  name: string,
  options: CallOptions,
): Promise<number | 'none' | undefined> {
  if (!(await systems()).some((system) => existsSync(join(KERNEL, system, 'qgroups')))) return undefined
  const counted = (await shown(directory, options)).get(name)
  return counted === undefined ? undefined : (counted.limit ?? 'none')
}

/** Empty when quotas are not enabled on this one. */
async function shown(directory: string, options: CallOptions): Promise<ReadonlyMap<string, Counted>> {
  const place = await pathInFileSystem(directory)
  try {
    const args = ['qgroup', 'show', '--raw', '-re', '--', directory]
    return parseQuota(await runCommand('btrfs', args, options), place)
  } catch (error) {
    if (isSalvageError(error) && /quotas? not enabled/.test(error.why ?? '')) return new Map()
    throw error
  }
}

/** Those whose path is `place/NAME`, by name. */
export function parseQuota(output: string, place: string): ReadonlyMap<string, Counted> {
  const start = place === '' ? '' : `${place}/`
  return new Map(
    output.split('\n').flatMap((line): (readonly [string, Counted])[] => {
      const [, total, exclusive, limit, path] = LINE.exec(line) ?? []
      if (path === undefined || !path.startsWith(start)) return []
      const most = limit === undefined || limit === 'none' ? {} : { limit: Number(limit) }
      return [[path.slice(start.length), { total: Number(total), exclusive: Number(exclusive), ...most }]]
    }),
  )
}

/** Limits what a subvolume may hold, in bytes. Rejects with `VOLUME.NO_QUOTA` when the file system does not count. */
export async function limitSize(path: string, bytes: number | 'none', options: CallOptions): Promise<void> {
  try {
    await runCommand('btrfs', ['qgroup', 'limit', '--', String(bytes), path], options)
  } catch (cause) {
    options.signal.throwIfAborted()
    throw new SalvageError(
      'VOLUME.NO_QUOTA',
      `the size of volumes in ${JSON.stringify(dirname(path))} cannot be limited`,
      {
        cause,
        why: cause instanceof Error && 'why' in cause ? String(cause.why) : 'quotas are not enabled',
        hint: 'enable them with `btrfs quota enable`, or leave the size out',
      },
    )
  }
}

/** Whether some BTRFS here counts by owners of extents, and none is in doubt of what it counted. */
async function isCounting(): Promise<boolean> {
  const found = await Promise.all((await systems()).map(async (system) => wordsOf(join(KERNEL, system, 'qgroups'))))
  const counting = found.filter((words) => words !== undefined)
  return counting.length > 0 && counting.every(({ mode, inconsistent }) => mode === 'qgroup' && inconsistent === '0')
}

async function systems(): Promise<readonly string[]> {
  return readdir(KERNEL).catch(() => [])
}

async function wordsOf(
  directory: string,
): Promise<{ readonly mode: string; readonly inconsistent: string } | undefined> {
  const read = async (name: string): Promise<string> => (await readFile(join(directory, name), 'utf8')).trim()
  try {
    const [mode, inconsistent] = await Promise.all([read('mode'), read('inconsistent')])
    return { mode, inconsistent }
  } catch {
    // Nothing is counted on this one, or the kernel does not say: older than 5.9.
    return undefined
  }
}
