import { isSalvageError } from '@salvage-kit/core'
import { errorCode } from './error-code.ts'
import { failureOf } from './failure.ts'

/** As strerror writes them, in which {@link failureOf} reads. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EDQUOT: 'Disk quota exceeded',
  ENOSPC: 'No space left on device',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
}

/** Does work on files; what the kernel refuses in it becomes the same `BTRFS.*` as of a command. */
export async function withKernelFailures<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw kernelFailure(what, error)
  }
}

/** What the kernel refused, as of a command; any other error as it is. */
export function kernelFailure(what: string, error: unknown): unknown {
  const code = errorCode(error)
  if (isSalvageError(error) || code === undefined || !(error instanceof Error)) return error
  return failureOf(what, WORDS[code] ?? error.message, code)
}
