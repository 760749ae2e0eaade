import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions, LiftRef, RestorePoint, Store } from '@salvage-kit/core'
import { syncDirectory } from './durable-file.ts'
import { placeOf, placeOfPoint } from './layout.ts'
import type { Place } from './layout.ts'
import { errno, storeFailure } from './store-failure.ts'
import { existingStore } from './store-marker.ts'

/** Removes archives, one after the other; what is not there is removed already. Rejects with `STORE.…`, `ARCHIVE.STORE_…`. */
export async function remove(points: readonly RestorePoint[], store: Store, { signal }: CallOptions): Promise<void> {
  await existingStore(store)
  for (const point of points) {
    signal.throwIfAborted()
    await removeAt(placeOfPoint(point, store))
  }
}

/** Removes what a lift left unfinished, with the folder of a target that has no archive; a whole archive stays. */
export async function clear(ref: LiftRef, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  const { folder, partial } = placeOf(ref)
  try {
    await rm(partial, { recursive: true, force: true })
    await rmdir(folder).catch(unlessInUse)
  } catch (error) {
    throw storeFailure(error, partial)
  }
}

/** Removes the archive of a lift, finished or not. */
export async function withdraw(ref: LiftRef, options: CallOptions): Promise<void> {
  await clear(ref, options)
  await removeAt(placeOf(ref))
}

/** Out of sight first, in one step that survives a power cut; so an archive that is half removed is never listed. */
async function removeAt({ folder, whole, removed }: Place): Promise<void> {
  try {
    await rename(whole, removed).catch(unlessMissing)
    await syncDirectory(folder)
    for (const name of await readdir(folder))
      if (name.startsWith('.removed-')) await rm(join(folder, name), { recursive: true, force: true })
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw storeFailure(error, whole)
  }
}

/** There is none, or something stands in it, or this user may not: it harms nobody. */
function unlessInUse(error: unknown): void {
  if (errno(error) === undefined) throw error
}

function unlessMissing(error: unknown): void {
  if (errno(error) !== 'ENOENT') throw error
}
