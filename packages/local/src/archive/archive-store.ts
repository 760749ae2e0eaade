import { isAbsolute, normalize } from 'node:path'
import { reference, SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'

/** The archive store in a directory: `archive:DIRECTORY`. Throws `ARCHIVE.SETTINGS` when the path is not absolute. */
export function archiveStore(directory: string): Store {
  if (!isAbsolute(directory))
    throw new SalvageError('ARCHIVE.SETTINGS', `${JSON.stringify(directory)} is no place for an archive store`, {
      why: 'its path is not absolute',
      hint: 'write it like archive:/backups',
    })
  const path = normalize(directory).replace(/(?<=.)\/+$/, '')
  return { ref: reference(`archive:${path}`), crane: 'archive', settings: { directory: path } }
}
