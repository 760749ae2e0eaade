import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { labelValue } from '../label/label-value.ts'
import { KINDS } from '../resource/kind.ts'
import { until } from '../snapshot/until.ts'
import { JOB } from './key.ts'

const GONE_MS = 120_000

/** Removes a Job with its pod and waits until both are gone. Idempotent. Rejects with `JOB.STUCK`. */
export async function removeJob(
  cluster: Cluster,
  { namespace = '', name }: ObjectName,
  { signal, goneMs = GONE_MS }: CallOptions & { readonly goneMs?: number },
): Promise<void> {
  signal.throwIfAborted()
  using limit = deadline(goneMs, signal)
  try {
    await cluster.remove(KINDS.job, { namespace, name }, { signal: limit.signal, propagation: 'Foreground' })
    await until(async () => {
      if ((await cluster.get(KINDS.job, { namespace, name }, limit)) !== undefined) return undefined
      const labelSelector = `${JOB.job}=${name}`
      for await (const _pod of cluster.listMetadata(KINDS.pod, { namespace, labelSelector }, limit)) return undefined
      return true
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError('JOB.STUCK', `the Job ${namespace}/${name} is being removed and stays`, {
      why: 'its pod has not ended: perhaps its node is not there',
      hint: `look at it: kubectl -n ${namespace} describe pod -l ${JOB.job}=${name}`,
      retryable: true,
    })
  }
}

/** Removes all Jobs of a label, side by side. */
export async function removeJobs(
  cluster: Cluster,
  scope: { readonly namespace: string; readonly label: string; readonly value: string },
  options: CallOptions,
): Promise<void> {
  const { namespace, label, value } = scope
  const labelSelector = `${label}=${labelValue(value)}`
  const names: string[] = []
  for await (const { metadata } of cluster.listMetadata(KINDS.job, { namespace, labelSelector }, options))
    names.push(metadata.name)
  const ends = await Promise.allSettled(names.map(async (name) => removeJob(cluster, { namespace, name }, options)))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/**
 * Resolves when no Job fills this claim any more: the process that waits for it may be dead. For who takes the claim away, or
 * fills it anew.
 */
export async function clearFillers(
  cluster: Cluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<void> {
  await removeJobs(cluster, { namespace, label: JOB.fills, value: name }, options)
}
