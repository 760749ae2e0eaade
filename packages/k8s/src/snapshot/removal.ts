import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import type { ResourceKind } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { until } from './until.ts'

const GONE_MS = 60_000

/** What waiting for a removal takes. */
export interface RemovalOptions extends CallOptions {
  readonly goneMs?: number | undefined
}

/**
 * Removes an object that is ours, and waits until it is gone; one that is not, or no more, is left alone. Idempotent.
 * Rejects with `CSI.STUCK` when something holds it for too long.
 */
export async function removeOwn(
  cluster: Cluster,
  kind: ResourceKind,
  at: ObjectName,
  isOwn: (metadata: Metadata) => boolean,
  { signal, goneMs = GONE_MS }: RemovalOptions,
): Promise<void> {
  signal.throwIfAborted()
  const found = await cluster.get(kind, at, { signal })
  if (found === undefined || !isOwn(found.metadata)) return
  const { uid } = found.metadata
  if (uid === undefined) throw new Error(`a ${kind.kind} without a uid`)
  if (found.metadata.deletionTimestamp === undefined) await cluster.remove(kind, at, { signal, uid })
  let finalizers: readonly string[] = []
  using limit = deadline(goneMs, signal)
  try {
    await until(
      async () => {
        const left = await cluster.get(kind, at, { signal: limit.signal })
        if (left?.metadata.uid !== uid) return true
        finalizers = left.metadata.finalizers ?? []
        return undefined
      },
      { signal: limit.signal },
    )
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError('CSI.STUCK', `${kind.kind} ${at.namespace ?? ''}/${at.name} is being removed and stays`, {
      why: `something holds it: ${finalizers.join(', ') || 'no finalizer'}`,
      hint: 'look for pods that use the claim, or claims that are being restored from the snapshot',
      retryable: true,
    })
  }
}
