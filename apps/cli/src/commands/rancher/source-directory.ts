import { mkdir } from 'node:fs/promises'
import { errorText, SalvageError } from '@salvage-kit/core'

/** Makes the directory that is dumped into and copied, where it is not there. Rejects with `RANCHER.SETTING`. */
export async function makeSource(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw new SalvageError('RANCHER.SETTING', `duplicity.source-path: ${path} cannot be made`, {
      why: errorText(error),
      hint: 'name a directory that is there, or that this user may make; in a container, mount one',
      cause: error,
    })
  }
}
