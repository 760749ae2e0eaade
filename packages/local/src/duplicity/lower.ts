import { access, constants } from 'node:fs/promises'
import { directoryOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { LiftOptions, RestorePoint, Source } from '@salvage-kit/core'
import type { Depot } from './depot.ts'
import type { FarCall } from './far.ts'
import { locate } from './locate.ts'
import type { LogRecord } from './log-record.ts'
import { isoOf } from './moment.ts'
import { readWhole } from './read-whole.ts'
import type { DuplicityCall } from './run-duplicity.ts'
import { readingFolder } from './work-folder.ts'

const DIFFERS = 1
const SHOWN = 10

/**
 * Restores with `duplicity restore`, then reads the copy a second time and compares every file with it (`duplicity verify
 * --compare-data`): kind, mode, time and content. What duplicity knows of the far end is fetched anew, so that no cache
 * of this machine is needed or believed. Rejects with `ARCHIVE.DAMAGED` also when duplicity leaves out a file with a warning.
 */
export async function lower(
  depot: Depot,
  point: RestorePoint,
  destination: Source,
  { signal, onProgress }: LiftOptions,
): Promise<void> {
  signal.throwIfAborted()
  const place = directoryOf(destination)
  if (place === undefined)
    throw new SalvageError(
      'CRANE.MEDIUM',
      `the duplicity crane cannot write a ${destination.medium} without a directory`,
    )
  await access(place, constants.W_OK).catch((cause: unknown) => {
    // Duplicity makes it.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return
    throw unwritable(point, cause instanceof Error ? cause.message : String(cause), cause)
  })
  await using folder = await readingFolder(depot)
  const what = `restoring ${point.target} from ${point.id}`
  const far: FarCall = { what, work: 'restore', folder: folder.path, signal }
  const { series, time } = await locate(depot, point, far)
  const call = {
    ...far,
    series,
    archiveDirectory: folder.path,
    places: [depot.url, place],
    otherwise: 'ARCHIVE.DAMAGED',
  } as const
  const at = ['--time', isoOf(time).replace('.000', '')]
  await restore(depot, { ...call, args: ['restore', '--force', '--numeric-owner', ...at] }, point, place)
  await compare(depot, { ...call, args: ['verify', '--compare-data', ...at] }, point)
  onProgress?.({
    bytes: point.bytes ?? 0,
    ...(point.files === undefined ? {} : { files: point.files }),
    ...(point.bytes === undefined ? {} : { totalBytes: point.bytes }),
  })
}

async function restore(depot: Depot, call: DuplicityCall, point: RestorePoint, place: string): Promise<void> {
  try {
    await readWhole(depot, call, point)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    if (cannotBeWritten(error.why ?? '', place)) throw unwritable(point, error.why, error)
    // A restore writes nothing into the store: what is full is the destination, or this machine.
    if (error.code !== 'STORE.FULL') throw error
    throw new SalvageError('RESTORE.NO_SPACE', `${point.target} does not fit into its destination`, {
      cause: error,
      ...(error.why === undefined ? {} : { why: error.why }),
      hint: 'make room there, or name another place with --to',
    })
  }
}

async function compare(depot: Depot, call: DuplicityCall, point: RestorePoint): Promise<void> {
  const differences: string[] = []
  const onRecord = ({ text }: LogRecord): void => {
    if (text.startsWith('Difference found:')) differences.push(text.slice('Difference found:'.length).trim())
  }
  const code = await readWhole(depot, { ...call, good: [DIFFERS], onRecord }, point)
  if (code === 0 || (differences.length > 0 && differences.every(isNotOurs))) return
  const more = differences.length - SHOWN
  throw new SalvageError('RESTORE.DIFFERS', `what was restored of ${point.target} is not what the copy holds`, {
    why: [...differences.slice(0, SHOWN), ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; '),
    hint: 'see that nobody writes there during a restore, and that the file system keeps modes and times',
  })
}

/** The top folder of a new file system has one that is in no copy; one that is in the copy is compared like all else. */
export function isNotOurs(difference: string): boolean {
  return /^New file lost\+found(?:\/|$)/.test(difference)
}

const REFUSED = /Permission denied|Read-only file system|Operation not permitted|Errno (?:1|5|13|30)\b/

/** Whether what duplicity says of a restore is that its own file system refused it; the store may say the same words. */
export function cannotBeWritten(why: string, place: string): boolean {
  return why.split('\n').some((line) => REFUSED.test(line) && line.includes(place))
}

function unwritable({ target }: RestorePoint, why: string | undefined, cause: unknown): SalvageError {
  return new SalvageError('RESTORE.UNWRITABLE', `${target} cannot be restored: its destination cannot be written`, {
    ...(why === undefined ? {} : { why }),
    hint: 'restore as a user who may write there, or name another place with --to',
    cause,
  })
}
