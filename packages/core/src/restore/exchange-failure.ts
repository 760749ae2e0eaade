import { errorText, SalvageError } from '../error.ts'

/** What the file system refused, as `RESTORE.EXCHANGE`; anything else as it is. */
export function exchangeFailure(directory: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error
  const hint = hintOf(String(error.code))
  return new SalvageError('RESTORE.EXCHANGE', `the content of ${directory} could not be exchanged`, {
    why: errorText(error),
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  })
}

function hintOf(code: string): string | undefined {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room: the old and the new content stand side by side until the new one is in place'
    case 'EACCES':
    case 'EPERM':
      return 'run as the owner of the directory, or as root'
    case 'EBUSY':
    case 'EXDEV':
      return 'something is mounted inside of it: restore into a new target, and copy from there'
    default:
      return undefined
  }
}
