import { deadline, formatDuration, SalvageError, type CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { claimParts } from '../snapshot/schema.ts'
import { until } from '../snapshot/until.ts'

const GET_CLASS = { verb: 'get', group: 'storage.k8s.io', resource: 'storageclasses' }
const classParts = z.looseObject({ volumeBindingMode: z.string().optional() })

/**
 * Waits until a claim has its volume. A class that makes volumes for pods only is told from the others where classes may be
 * read: then nothing is waited for. Rejects with `CLAIM.NOT_BOUND`; the claim stays.
 */
export async function awaitClaim(
  cluster: Cluster,
  at: Required<ObjectName>,
  timeoutMs: number,
  { signal }: CallOptions,
): Promise<'bound' | 'waits for a pod'> {
  signal.throwIfAborted()
  using limit = deadline(timeoutMs, signal)
  let isFirst = true
  try {
    return await until(async () => {
      const found = await cluster.get(KINDS.claim, at, limit)
      const { spec, status } = claimParts.parse(found ?? { spec: {} })
      if (status?.phase === 'Bound') return 'bound' as const
      if (!isFirst) return undefined
      isFirst = false
      return (await waitsForPod(cluster, spec.storageClassName ?? '', limit)) ? ('waits for a pod' as const) : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError(
      'CLAIM.NOT_BOUND',
      `the claim ${at.namespace}/${at.name} has no volume after ${formatDuration(timeoutMs)}`,
      { hint: `look at its events: kubectl -n ${at.namespace} describe pvc ${at.name}`, retryable: true },
    )
  }
}

async function waitsForPod(cluster: Cluster, name: string, options: CallOptions): Promise<boolean> {
  if (name === '' || (await cluster.missing('', [GET_CLASS], options)).length > 0) return false
  const found = await cluster.get(KINDS.storageClass, { name }, options)
  return classParts.safeParse(found).data?.volumeBindingMode === 'WaitForFirstConsumer'
}
