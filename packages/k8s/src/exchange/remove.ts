import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { until } from '../snapshot/until.ts'
import { usersOf } from './users.ts'

/**
 * Tells the cluster to remove a claim as it was read; false when it has changed since, and then nothing was done. Whoever wants to
 * stop a removal that may be under way changes the claim.
 */
export async function removeAsRead(
  cluster: Cluster,
  { metadata: { namespace = '', name, uid = '', resourceVersion = '' } }: Resource,
  options: CallOptions,
): Promise<boolean> {
  try {
    await cluster.remove(KINDS.claim, { namespace, name }, { ...options, uid, resourceVersion })
    return true
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.CONFLICT') return false
    throw error
  }
}

/** Waits until a claim that is being removed is gone. Rejects with `EXCHANGE.STUCK`, which tells what holds it. */
export async function untilGone(
  cluster: Cluster,
  { metadata: { namespace = '', name, uid } }: Resource,
  { signal, goneMs }: CallOptions & { readonly goneMs: number },
): Promise<void> {
  let finalizers: readonly string[] = []
  using limit = deadline(goneMs, signal)
  try {
    await until(async () => {
      const left = await cluster.get(KINDS.claim, { namespace, name }, limit)
      if (left?.metadata.uid !== uid) return true
      finalizers = left?.metadata.finalizers ?? []
      return undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    const users = await usersOf(cluster, { namespace, name }, { signal })
    const held = users.length === 0 ? '' : `; pods that have it: ${users.join(', ')}`
    throw new SalvageError('EXCHANGE.STUCK', `the claim ${namespace}/${name} is being removed and stays`, {
      why: `held by ${finalizers.join(', ') || 'no finalizer'}${held}`,
      hint: 'end what holds it; then run `salvage-kit recover`',
      retryable: true,
    })
  }
}
