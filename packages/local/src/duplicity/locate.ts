import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { seriesFiles } from './chains.ts'
import { collectionOf } from './collection.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import type { FarCall } from './far.ts'
import type { Moment } from './moment.ts'
import { mustBeThere } from './must-answer.ts'
import { pointId } from './series.ts'
import type { Series } from './series.ts'

/** Where a point stands at the far end. */
export interface Place {
  readonly series: Series
  readonly time: Moment
}

/**
 * Finds a point by its id, and makes sure that duplicity would read just it: of a time at which it holds no whole copy it
 * silently takes the one before. Rejects with `RESTORE.POINT_UNKNOWN`, `ARCHIVE.DAMAGED`, `STORE.NOT_FOUND`.
 */
export async function locate(depot: Depot, point: RestorePoint, call: FarCall): Promise<Place> {
  await mustBeThere(depot, call)
  const names = await withFar(depot, call, (far) => far.names())
  for (const { series, sets } of seriesFiles(names).values())
    for (const { time } of sets) {
      if (pointId(series, time) !== point.id) continue
      const { held } = await collectionOf(depot, series, call)
      if (held.some((copy) => copy.time === time)) return { series, time }
      throw damaged(point, depot)
    }
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `${depot.ref} has no restore point ${point.id}`, {
    hint: '"salvage-kit list --from STORE" shows those that stand',
  })
}

function damaged({ id, target }: RestorePoint, { ref }: Depot): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', `the copy ${id} of ${target} in ${ref} is not whole any more`, {
    why: 'its manifest, its signatures or a copy that it is built upon is not there, so duplicity would take an older one',
    hint: 'bring back what is lost, or use another restore point',
  })
}
