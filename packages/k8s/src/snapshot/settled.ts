import { deadline } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import type { ResourceKind } from '../resource/kind.ts'
import type { Metadata, Resource } from '../resource/resource.ts'
import { statusOf } from './status.ts'
import { until } from './until.ts'

const SETTLE_MS = 15_000

/**
 * Waits a moment for the end of a cut that has begun, and resolves with what was seen of it. When a snapshot is removed while its
 * driver still makes it, its content stays on the storage until the driver's snapshotter looks at everything anew, which it does
 * every 15 minutes.
 */
export async function settled(
  cluster: Cluster,
  kind: ResourceKind,
  at: ObjectName,
  isOwn: (metadata: Metadata) => boolean,
  { signal }: CallOptions,
): Promise<Resource | undefined> {
  let seen: Resource | undefined
  using limit = deadline(SETTLE_MS, signal)
  try {
    await until(async () => {
      const found = await cluster.get(kind, at, limit)
      seen = found !== undefined && isOwn(found.metadata) ? found : undefined
      if (seen === undefined || seen.metadata.deletionTimestamp !== undefined) return true
      const { creationTime, error } = statusOf(seen)
      return creationTime !== undefined || error !== undefined ? true : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
  }
  return seen
}
