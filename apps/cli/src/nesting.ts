import { realpath } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { parseReference } from '@salvage-kit/core'
import type { Store, TargetRef } from '@salvage-kit/core'
import { usageError } from './failure.ts'

/** Refuses a store that lies in a directory that is copied into it: each copy would hold all former ones. Throws `CLI.USAGE`. */
export async function refuseNested(targets: readonly TargetRef[], store: Store): Promise<void> {
  const at = parseReference(store.ref)
  if (!at.value.startsWith('/')) return
  const storePath = await real(at.value)
  for (const target of targets) {
    const { scheme, value } = parseReference(target)
    if (scheme !== 'dir') continue
    if (holds(await real(value), storePath))
      throw usageError(`the store ${store.ref} lies in the target ${target}`, {
        why: 'each copy would hold all copies before it',
        hint: 'put the store elsewhere',
      })
  }
}

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
  const path = await real(value)
  for (const place of places) {
    const own = await real(place.path)
    if (holds(own, path))
      throw usageError(`${to} lies in ${place.what}`, {
        why: 'nothing else may stand there',
        hint: 'restore elsewhere',
      })
    if (inPlace && holds(path, own))
      throw usageError(`${place.what} lies in ${to}`, {
        why: 'a restore in place replaces all that is there',
        hint: 'restore to a new place with --to, and take over from there what is wanted',
      })
  }
}

/** Whether a path is a directory or lies beneath it; both without symbolic links. */
function holds(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === sep ? sep : `${directory}${sep}`)
}

/** The path with its symbolic links followed, as far as it exists. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path
      ? path
      : `${(await real(parent)).replace(/\/$/, '')}${path.slice(parent === sep ? 0 : parent.length)}`
  }
}
