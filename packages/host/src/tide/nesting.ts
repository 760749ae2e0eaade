import { parseReference, SalvageError } from '@salvage-kit/core'
import type { Store, TargetRef } from '@salvage-kit/core'
import { isBelow, realPath } from '../target/real-path.ts'

/** Refuses a store that lies in a directory that is copied into it: each copy would hold all former ones. Throws `TIDE.NESTED`. */
export async function refuseNested(targets: readonly TargetRef[], store: Store | undefined): Promise<void> {
  if (store === undefined) return
  const at = parseReference(store.ref)
  if (!at.value.startsWith('/')) return
  const storePath = await realPath(at.value)
  for (const target of targets) {
    const { scheme, value } = parseReference(target)
    if (scheme !== 'dir') continue
    if (isBelow(storePath, await realPath(value)))
      throw new SalvageError('TIDE.NESTED', `the store ${store.ref} lies in the target ${target}`, {
        why: 'each copy would hold all copies before it',
        hint: 'put the store elsewhere',
      })
  }
}
