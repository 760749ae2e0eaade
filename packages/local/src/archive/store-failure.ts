import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'

/** The system's short name of an error, such as `ENOSPC`. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** What a failed write to the store means; failures that are clear already stay as they are. */
export function storeFailure(error: unknown, path: string): unknown {
  if (isSalvageError(error)) return error
  switch (errno(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SalvageError('ARCHIVE.STORE_FULL', `no space is left to write ${path}`, {
        hint: 'free space, prune old archives or use another store; the unfinished archive is removed',
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SalvageError('ARCHIVE.STORE_UNWRITABLE', `${path} cannot be written`, {
        why: errorText(error),
        hint: 'check the owner and mode of the directory, and that its file system is mounted for writing',
        cause: error,
      })
    case undefined:
      return error
    default:
      return new SalvageError('ARCHIVE.STORE_FAILED', `${path} cannot be written`, {
        why: errorText(error),
        retryable: true,
        cause: error,
      })
  }
}
