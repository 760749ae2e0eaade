import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { areTogether } from '../snapshotter/home.ts'
import { ageOf } from '../snapshotter/own-folder.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { recordsOf } from './volume-provisioner.ts'

/** Of one that is being made. */
const UNMADE_MS = 10 * 60_000

/**
 * Removes the records of volumes that were made to restore into and are gone: what a record would allow to remove is not there
 * any more. Looks at nothing when there are none, and where the volumes may be not mounted. Idempotent.
 */
export async function sweepRecords(
  settings: { readonly volumesPath: string; readonly snapshotsPath: string },
  { signal }: CallOptions,
): Promise<void> {
  const directory = recordsOf(settings)
  const records = await readdir(directory).catch(() => [])
  if (records.length === 0 || !(await areTogether(settings))) return
  // Read before the volumes: one that is made meanwhile is not taken for gone.
  const made = await Promise.all(
    records.map(async (name) => ({ path: join(directory, name), uuid: await readFile(join(directory, name), 'utf8') })),
  )
  const volumes = await listSubvolumes(settings.volumesPath, { signal })
  const standing = new Set(volumes.map(({ uuid }) => uuid))
  const names = new Set(volumes.map(({ name }) => name))
  for (const { path, uuid } of made) {
    signal.throwIfAborted()
    // Of one that is being made nobody has written yet which volume it is: only its name tells what is taken back with it.
    const isUnmade = uuid === '' && !names.has(volumeOfRecord(path)) && ((await ageOf(path)) ?? 0) > UNMADE_MS
    const isGone = uuid === '' ? isUnmade : !standing.has(uuid)
    if (isGone) await rm(path, { force: true })
  }
}

/** A record is called `RUN.VOLUME`, and no run has a dot in its id. */
function volumeOfRecord(path: string): string {
  const name = basename(path)
  return name.slice(name.indexOf('.') + 1)
}
