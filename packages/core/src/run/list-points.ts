import type { LiftOptions, ListOptions } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Rig } from '../rig.ts'
import { archivesOf } from './parts.ts'

/**
 * The restore points of a store, newest last, as the store itself tells them. `onProblem` gets what stands there and cannot
 * be read.
 */
export function listPoints(rig: Rig, store: Store, options: ListOptions): AsyncIterable<RestorePoint> {
  return archivesOf(rig, store).list(store, options)
}

/** Reads a whole archive and rejects with `ARCHIVE.DAMAGED` when it is not what was lifted. */
export async function verify(rig: Rig, point: RestorePoint, store: Store, options: LiftOptions): Promise<void> {
  const archives = archivesOf(rig, store)
  if (archives.check === undefined)
    throw new SalvageError('STORE.UNVERIFIABLE', `the crane "${store.crane}" cannot check its archives`, {
      hint: 'restore the point into a new place instead',
    })
  await archives.check(point, store, options)
}
