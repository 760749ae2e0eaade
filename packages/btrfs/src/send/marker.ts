import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { formatSnapshotName, parseSnapshotName } from '../name/snapshot-name.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { deleteSubvolumes, snapshotSubvolume } from '../subvolume/subvolume.ts'

/** The names of the snapshots of a volume that markers of a directory call the last sent to a host, oldest name first. */
export async function markedSnapshots(directory: string, volume: string, host: string): Promise<readonly string[]> {
  return (await readdir(directory)).toSorted().flatMap((entry) => {
    const name = parseSnapshotName(entry)
    return name?.volume === volume && name.host === host ? [formatSnapshotName({ volume, time: name.time })] : []
  })
}

/** Which snapshot was sent where. */
export interface MarkRequest {
  readonly snapshot: string
  readonly host: string
}

/**
 * Leaves one marker of the volume and host: of the newest snapshot that was sent there, also when two sends end at once.
 * The new one stands before an old one goes.
 */
export async function keepMarker({ snapshot, host }: MarkRequest, options: CallOptions): Promise<void> {
  const directory = dirname(snapshot)
  const own = parseSnapshotName(snapshot.slice(directory.length + 1))
  if (own === undefined) return
  const marker = formatSnapshotName({ ...own, host })
  if (!(await isSubvolume(join(directory, marker)))) await snapshotSubvolume(snapshot, join(directory, marker), options)
  // As it is now: others may have been cut and sent while this one was.
  const marked = await markedSnapshots(directory, own.volume, host)
  if (marked.length < 2) return
  const here = await listSubvolumes(directory, { ...options, readOnly: true })
  const age = new Map(here.map(({ name, generation }) => [name, generation]))
  const sorted = marked.toSorted((a, b) => (age.get(a) ?? -1) - (age.get(b) ?? -1) || (a < b ? -1 : 1))
  for (const name of sorted.slice(0, -1)) {
    const old = join(directory, `${name}@${host}`)
    // Another send may be at the same.
    await deleteSubvolumes([old], options).catch(async (error: unknown) => {
      if (await isSubvolume(old)) throw error
    })
  }
}
