import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Finding, ListOptions, RestorePoint, Store } from '@salvage-kit/core'
import { DATA, POINT } from './layout.ts'
import { pointOf, readPoint } from './point.ts'
import { existingStore } from './store-marker.ts'

/**
 * The archives of a store, newest last, told by their `point.json` alone. A folder without one that can be read is no
 * archive: foreign files, unfinished, half removed and warm archives are passed over, and what has one that is damaged is
 * told of as a problem. Rejects with `STORE.NOT_FOUND`, `STORE.UNREACHABLE`, `ARCHIVE.STORE_TOO_NEW`.
 */
export async function* list(store: Store, { signal, onProblem }: ListOptions): AsyncGenerator<RestorePoint> {
  signal.throwIfAborted()
  const directory = await existingStore(store)
  const points: RestorePoint[] = []
  for (const folder of await foldersIn(directory, store)) {
    for (const id of await foldersIn(join(directory, folder), store)) {
      signal.throwIfAborted()
      const place = join(directory, folder, id)
      const file = await readPoint(place, id)
      if (file.kind === 'point' && file.point.warm === undefined) points.push(pointOf(file.point, store))
      else if (file.kind === 'damaged') onProblem?.(problem(join(place, POINT), store, file.why))
    }
  }
  yield* points.toSorted((a, b) => order(a.takenAt, b.takenAt) || order(a.id, b.id))
}

function problem(path: string, store: Store, why: string): Finding {
  return {
    code: 'ARCHIVE.POINT_UNREADABLE',
    message: `an archive in ${store.ref} is not listed: ${path} cannot be read`,
    why,
    hint: `its data may be whole: zstd -dc ${join(dirname(path), DATA)} | tar -t lists them; look after the disk`,
  }
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
