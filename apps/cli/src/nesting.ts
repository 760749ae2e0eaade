import { parseReference } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { isBelow, realPath } from '@salvage-kit/host'
import { usageError } from './failure.ts'

/** Where a restore must not write, and what it is. */
export interface OwnPlace {
  readonly path: string
  /** For people: `the state directory /var/lib/salvage-kit`. */
  readonly what: string
}

/**
 * Refuses to restore into a place that this program needs: into the state directory or an archive store. In place also a
 * directory around them: what is there now goes, the journal of this very restore among it. Throws `CLI.USAGE`.
 */
export async function refuseOwnPlaces(to: TargetRef, inPlace: boolean, places: readonly OwnPlace[]): Promise<void> {
  const { scheme, value } = parseReference(to)
  if (scheme !== 'dir') return
  const path = await realPath(value)
  for (const place of places) {
    const own = await realPath(place.path)
    if (isBelow(path, own))
      throw usageError(`${to} lies in ${place.what}`, {
        why: 'nothing else may stand there',
        hint: 'restore elsewhere',
      })
    if (inPlace && isBelow(own, path))
      throw usageError(`${place.what} lies in ${to}`, {
        why: 'a restore in place replaces all that is there',
        hint: 'restore to a new place with --to, and take over from there what is wanted',
      })
  }
}
