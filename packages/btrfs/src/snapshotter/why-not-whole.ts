import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { readMounts } from '../subvolume/mounts.ts'
import { holdsSubvolumes } from '../subvolume/nested-subvolume.ts'

/** Why a cut of a subvolume would not hold all that stands in it; undefined when it would. */
export async function whyNotWhole(path: string, options: CallOptions): Promise<string | undefined> {
  const mount = (await readMounts()).find(({ point }) => point.startsWith(`${path}/`))
  if (mount !== undefined) return `something else is mounted inside of it, at ${mount.point}`
  try {
    return (await holdsSubvolumes(path, options)) ? 'another subvolume stands inside of it' : undefined
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    return error.why ?? error.message
  }
}
