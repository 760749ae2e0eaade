import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { seriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import type { FarCall } from './far.ts'
import type { Moment } from './moment.ts'
import { pointId } from './series.ts'
import type { Series } from './series.ts'

/** Where a point stands at the far end. */
export interface Place {
  readonly series: Series
  readonly time: Moment
}

/** Finds a point by its id. Rejects with `RESTORE.POINT_UNKNOWN`. */
export async function locate(depot: Depot, point: RestorePoint, call: FarCall): Promise<Place> {
  const names = await withFar(depot, call, (far) => far.names())
  for (const { series, sets } of seriesFiles(names).values())
    for (const { time, finished } of sets) if (finished && pointId(series, time) === point.id) return { series, time }
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `${depot.ref} has no restore point ${point.id}`, {
    hint: '"salvage-kit list --from STORE" shows those that stand',
  })
}
