import { errorText, SalvageError } from '../error.ts'

/** What a database of this program is for, in the words of its errors. */
export interface DatabasePurpose {
  /** The first part of its error codes. */
  readonly area: 'JOURNAL' | 'CATALOG' | 'LOCK'
  /** For people: `the journal`. */
  readonly what: string
  /** What to do when the file is damaged. */
  readonly damaged: string
}

/** https://sqlite.org/rescode.html: the primary result codes that speak of the file and not of a bug here. */
const REASONS: { readonly [code: number]: string } = {
  3: 'the file may not be opened',
  5: 'another process has been writing for too long',
  6: 'another connection has been writing for too long',
  7: 'memory ran out',
  8: 'the file cannot be written',
  9: 'it was interrupted',
  10: 'the disk reported an error',
  11: 'the file is damaged',
  13: 'the disk is full',
  14: 'the file cannot be opened: it is no regular file, or permission is missing',
  15: 'the file is locked in a way that this file system does not support',
  22: 'the file system does not support files of this kind',
  23: 'permission is missing',
  26: 'the file is not a database',
}

const DAMAGED: ReadonlySet<number> = new Set([11, 26])
const BUSY: ReadonlySet<number> = new Set([5, 6])

/** The primary result code of an error of `node:sqlite`; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined
}

/** Whether another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return BUSY.has(sqliteCode(error) ?? -1)
}

/** Whether the file is not, or no longer, a database. */
export function isDamaged(error: unknown): boolean {
  return DAMAGED.has(sqliteCode(error) ?? -1)
}

/**
 * What went wrong with the file at `path`, as `AREA.BUSY` (retryable) or `AREA.UNREADABLE`. An error that does not
 * speak of the file is a bug and is given back as it is.
 */
export function databaseFailure(error: unknown, path: string, purpose: DatabasePurpose): unknown {
  const code = sqliteCode(error)
  const fromFileSystem = error instanceof Error && 'syscall' in error
  const reason = code === undefined ? undefined : REASONS[code]
  if (reason === undefined && !fromFileSystem) return error
  const busy = isBusy(error)
  return new SalvageError(
    `${purpose.area}.${busy ? 'BUSY' : 'UNREADABLE'}`,
    `${purpose.what} ${path} cannot be ${busy ? 'written at the moment' : 'read or written'}`,
    {
      why: reason ?? errorText(error),
      hint: busy ? 'try again' : isDamaged(error) ? purpose.damaged : 'check the path, its owner and the free space',
      retryable: busy,
      cause: error,
    },
  )
}

/** Runs `work` and lets what it throws pass through {@link databaseFailure}. */
export function guarded<T>(path: string, purpose: DatabasePurpose, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw databaseFailure(error, path, purpose)
  }
}
