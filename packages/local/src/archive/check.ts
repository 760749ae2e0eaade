import { join } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import type { LiftOptions, RestorePoint, Store } from '@salvage-kit/core'
import { compareTrees } from './compare.ts'
import { DATA } from './layout.ts'
import { readManifest } from './manifest.ts'
import { observed } from './observed.ts'
import { holesOf, openPoint } from './point.ts'
import { existingStore } from './store-marker.ts'
import { damaged, unpacked } from './stored-file.ts'
import { readTar } from './tar/tar-reader.ts'
import { wholeEntry } from './tree-lens.ts'

/**
 * Reads an archive to its end and compares its bytes with their hashes, and every path in it with the manifest. Rejects
 * with `ARCHIVE.DAMAGED`, which says what is wrong, `RESTORE.POINT_UNKNOWN`, `STORE.…`.
 */
export async function check(point: RestorePoint, store: Store, options: LiftOptions): Promise<void> {
  const { signal } = options
  signal.throwIfAborted()
  await existingStore(store)
  const { place, file } = await openPoint(point, store)
  const data = observed(unpacked(join(place.whole, DATA), file.data, signal), file.streamBytes, options)
  const stored = readManifest(place.whole, file.manifest, signal)
  const differences = await compareTrees(stored, readTar(data, holesOf(file, signal)), wholeEntry).catch(
    (error: unknown) => {
      if (!isSalvageError(error) || error.code !== 'ARCHIVE.TAR_UNREADABLE') throw error
      throw damaged(`${join(place.whole, DATA)} holds no tar stream that can be read`, error)
    },
  )
  const [first] = differences
  if (first !== undefined) throw damaged(`data and manifest of ${place.whole} do not agree: ${first}`)
}
