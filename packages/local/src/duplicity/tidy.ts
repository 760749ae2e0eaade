import { cacheOf, dropUnfinished, hasUnfinished } from './cache.ts'
import type { SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import { patiently } from './patiently.ts'
import { runDuplicity } from './run-duplicity.ts'

/**
 * Removes what dead backups left in a series: `duplicity cleanup`, where anything is unfinished at the far end or in the
 * cache. Afterwards the next backup begins anew and goes on with none.
 */
export async function tidy(
  depot: Depot,
  { series, sets }: SeriesFiles,
  { work, folder, signal }: { readonly work: string; readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  if (sets.every(({ finished }) => finished) && !(await hasUnfinished(depot, series))) return
  await patiently(signal, () =>
    runDuplicity(depot, {
      what: `tidying up ${depot.ref}`,
      args: ['cleanup', '--force'],
      places: [depot.url],
      series,
      archiveDirectory: cacheOf(depot),
      work,
      folder,
      signal,
    }),
  )
  await dropUnfinished(depot, series)
}
