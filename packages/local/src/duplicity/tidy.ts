import { cacheOf, dropUnfinished, hasUnfinished } from './cache.ts'
import { noFiles, seriesFiles } from './chains.ts'
import type { SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import type { Far, FarCall } from './far.ts'
import type { Moment } from './moment.ts'
import { patiently } from './patiently.ts'
import { runDuplicity } from './run-duplicity.ts'
import type { Series } from './series.ts'
import { leftOf } from './unfinished.ts'

/**
 * Removes what dead lifts of this machine left in a series, at the far end and in the cache: {@link leftOf} says what.
 * Afterwards the next backup begins anew and goes on with none. `duplicity cleanup --force` would take more: the volumes of
 * a kept copy whose manifest is lost, and what another program is just writing.
 *
 * Rejects with `ARCHIVE.DAMAGED` and `STORE.LOCKED`; nothing is removed then.
 */
export async function tidy(
  depot: Depot,
  far: Far,
  { files, dead }: { readonly files: SeriesFiles; readonly dead: ReadonlySet<Moment> },
  call: FarCall,
): Promise<void> {
  const { series } = files
  if (leftOf(files, dead, depot).length === 0 && !(await hasUnfinished(depot, series))) return
  await mustHaveEnded(depot, series, call)
  const now = seriesFiles(await far.names()).get(series) ?? noFiles(series)
  await far.change([{ do: 'delete', names: leftOf(now, dead, depot) }])
  await dropUnfinished(depot, series)
}

/** A duplicity that has outlived its lift holds the lock of the cache. Without `--force` this one only looks. */
async function mustHaveEnded(depot: Depot, series: Series, call: FarCall): Promise<void> {
  await patiently(call.signal, () =>
    runDuplicity(depot, {
      ...call,
      what: `tidying up ${depot.ref}`,
      args: ['cleanup'],
      places: [depot.url],
      series,
      archiveDirectory: cacheOf(depot),
    }),
  )
}
