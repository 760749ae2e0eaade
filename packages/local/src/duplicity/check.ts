import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions, RestorePoint } from '@salvage-kit/core'
import type { Depot } from './depot.ts'
import type { FarCall } from './far.ts'
import { locate } from './locate.ts'
import { isoOf } from './moment.ts'
import { readWhole } from './read-whole.ts'
import { readingFolder } from './work-folder.ts'

/**
 * Reads the whole chain up to a point with `duplicity verify` against an empty directory: every volume is fetched,
 * compared with the hash in its manifest, decrypted and unpacked, and no file of this machine is looked at.
 */
export async function check(depot: Depot, point: RestorePoint, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  await using folder = await readingFolder(depot)
  const what = `reading the restore point ${point.id} of ${point.target}`
  const far: FarCall = { what, work: 'check', folder: folder.path, signal }
  const { series, time } = await locate(depot, point, far)
  const empty = join(folder.path, 'empty')
  await mkdir(empty)
  await readWhole(
    depot,
    {
      ...far,
      args: ['verify', '--time', isoOf(time).replace('.000', '')],
      places: [depot.url, empty],
      series,
      archiveDirectory: folder.path,
      otherwise: 'ARCHIVE.DAMAGED',
    },
    point,
  )
}
