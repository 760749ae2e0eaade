import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import type { ExchangeToken } from './token.ts'

/** The snapshot of the point, if it is the one that was found. Rejects with `RESTORE.POINT_UNKNOWN`. */
export async function pointSnapshot(
  cluster: Cluster,
  { namespace, point }: ExchangeToken,
  options: CallOptions,
): Promise<Resource> {
  const { name = '', uid } = point ?? {}
  const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, options)
  // Another one of its name would be somebody else's data.
  if (found?.metadata.uid === uid && found?.metadata.deletionTimestamp === undefined && found !== undefined)
    return found
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `the snapshot ${namespace}/${name} is gone`)
}
