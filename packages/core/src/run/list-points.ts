import type { LiftOptions, ListOptions } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Rig } from '../rig.ts'
import { pointsOf } from './parts.ts'

/**
 * The restore points of a store, newest last, as the store itself tells them. `onProblem` gets what stands there and cannot
 * be read.
 */
export function listPoints(rig: Rig, store: Store, options: ListOptions): AsyncIterable<RestorePoint> {
  return pointsOf(rig, store).points.list(store, options)
}

/** Reads a whole copy and rejects with `ARCHIVE.DAMAGED` when it is not what was copied. */
export async function verify(rig: Rig, point: RestorePoint, store: Store, options: LiftOptions): Promise<void> {
  const { points } = pointsOf(rig, store)
  if (points.check === undefined)
    throw new SalvageError('STORE.UNVERIFIABLE', `"${store.crane}" cannot check the points of ${store.ref}`, {
      hint: 'restore the point into a new place instead',
    })
  await points.check(point, store, options)
}
