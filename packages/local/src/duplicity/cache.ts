import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Depot } from './depot.ts'
import type { Series } from './series.ts'

/** Where duplicity keeps what it knows of the far end of all series. */
export function cacheOf(depot: Pick<Depot, 'home'>): string {
  return join(depot.home, 'cache')
}

/** The folder in it of one series. */
function cacheFolder(depot: Pick<Depot, 'home'>, series: Series): string {
  return join(cacheOf(depot), series === '' ? 'own' : series)
}

/** Whether a dead backup of this machine left what the next one would go on with. */
export async function hasUnfinished(depot: Pick<Depot, 'home'>, series: Series): Promise<boolean> {
  return (await unfinished(depot, series)).length > 0
}

/** Removes what a dead backup left there: duplicity would go on with it, in the middle of an older state of the source. */
export async function dropUnfinished(depot: Pick<Depot, 'home'>, series: Series): Promise<void> {
  for (const file of await unfinished(depot, series)) await rm(file, { force: true })
}

async function unfinished(depot: Pick<Depot, 'home'>, series: Series): Promise<readonly string[]> {
  const folder = cacheFolder(depot, series)
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /\.part(?:\.|$)/.test(name)).map((name) => join(folder, name))
}
