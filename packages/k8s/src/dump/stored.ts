import type { CallOptions } from '@salvage-kit/core'
import { INFO } from '@salvage-kit/dump'
import type { Cluster } from '../client/cluster.ts'
import { ask } from './ask.ts'
import type { DumpPlace } from './recipe.ts'
import { StoredDump } from './schema.ts'

/** What dump lies in the container. Rejects with `DUMP.NO_DUMP`, and as `runScript`. */
export async function storedDump(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  options: CallOptions,
): Promise<StoredDump> {
  return StoredDump.parse(Object.fromEntries(await ask(cluster, place, { step: INFO }, options)))
}
