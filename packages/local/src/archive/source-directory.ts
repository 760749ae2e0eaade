import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { Source } from '@salvage-kit/core'

/** The directory that stands for a source. Throws `ARCHIVE.NO_DIRECTORY`: then the crane should not have been chosen. */
export function sourceDirectory(source: Source): string {
  const directory = directoryOf(source)
  if (directory !== undefined) return directory
  throw new SalvageError('ARCHIVE.NO_DIRECTORY', 'the archive crane can only read and write directories', {
    why: `a ${source.medium} whose content is no directory of this machine was given`,
    hint: 'run on the machine where the volume is, or use a crane that reads it through its engine',
  })
}
