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
    const path = await real(value)
    if (storePath === path || storePath.startsWith(path === sep ? sep : `${path}${sep}`))
      throw usageError(`the store ${store.ref} lies in the target ${target}`, {
        why: 'each copy would hold all copies before it',
        hint: 'put the store elsewhere',
      })
  }
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
