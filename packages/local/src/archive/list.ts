import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { CallOptions, RestorePoint, Store } from '@salvage-kit/core'
import { pointOf, readPoint } from './point.ts'
import { existingStore } from './store-marker.ts'

/**
 * The archives of a store, newest last, told by their `point.json` alone. A folder without one that can be read is no
 * archive: foreign files, unfinished and half removed archives are passed over. Rejects with `STORE.NOT_FOUND`,
 * `STORE.UNREACHABLE`, `ARCHIVE.STORE_TOO_NEW`.
 */
export async function* list(store: Store, { signal }: CallOptions): AsyncGenerator<RestorePoint> {
  signal.throwIfAborted()
  const directory = await existingStore(store)
  const points: RestorePoint[] = []
  for (const folder of await foldersIn(directory, store)) {
    for (const id of await foldersIn(join(directory, folder), store)) {
      signal.throwIfAborted()
      const file = await readPoint(join(directory, folder, id), id)
      if (file !== undefined) points.push(pointOf(file, store))
    }
  }
  yield* points.toSorted((a, b) => order(a.takenAt, b.takenAt) || order(a.id, b.id))
}

async function foldersIn(directory: string, store: Store): Promise<readonly string[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true })
    return found.filter((item) => item.isDirectory() && !item.name.startsWith('.')).map((item) => item.name)
  } catch (error) {
    throw new SalvageError('STORE.UNREACHABLE', `${store.ref} cannot be read`, { why: errorText(error), cause: error })
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
