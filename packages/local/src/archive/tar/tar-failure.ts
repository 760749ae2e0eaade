import { SalvageError } from '@salvage-kit/core'
import type { TarEnd } from './tar-process.ts'

/** Why a tar that read a source failed; undefined when what it wrote is a whole archive (exit codes 0 and 1). */
export function readFailure(end: TarEnd, directory: string): SalvageError | undefined {
  if (end.exitCode === 0 || end.exitCode === 1) return undefined
  const why = whyOf(end)
  if (/Permission denied|Operation not permitted/.test(why))
    return new SalvageError('ARCHIVE.SOURCE_UNREADABLE', `not everything in ${directory} can be read`, {
      why,
      hint: 'run as root, or as a user that may read all of it',
    })
  return new SalvageError('ARCHIVE.TAR_FAILED', `tar could not read ${directory}`, { why })
}

/** Why a tar that unpacked failed; undefined when it says that it did not. */
export function unpackFailure(end: TarEnd, directory: string): SalvageError | undefined {
  if (end.exitCode === 0) return undefined
  const why = whyOf(end)
  if (/No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/.test(why))
    return new SalvageError('ARCHIVE.DESTINATION_FULL', `no space is left to restore into ${directory}`, {
      why,
      hint: 'restore to a place with more room',
    })
  return new SalvageError('ARCHIVE.TAR_FAILED', `tar could not restore into ${directory}`, { why })
}

function whyOf({ exitCode, died, told }: TarEnd): string {
  const said = told.other.join('; ')
  if (said !== '') return said
  return exitCode === undefined ? `it ended by ${died ?? 'nobody knows what'}` : `exit code ${String(exitCode)}`
}
