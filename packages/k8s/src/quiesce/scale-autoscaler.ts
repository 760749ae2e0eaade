import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { controllerOf } from '../workload/pod.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { nameOf } from '../workload/workload-id.ts'

const Body = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().default(1),
  }),
})

/**
 * Rejects with `SCALE.AUTOSCALED` when an autoscaler would wake a workload that was scaled to zero: one that may itself scale to
 * zero, or one that belongs to somebody who does (KEDA). Any other HorizontalPodAutoscaler leaves a workload without pods
 * alone until it has pods again. Where autoscalers may not be listed, nothing is known against it.
 */
export async function unwatched(cluster: Cluster, of: WorkloadName, options: CallOptions): Promise<void> {
  try {
    for await (const one of cluster.list(KINDS.horizontalPodAutoscaler, { namespace: of.namespace }, options)) {
      const read = Body.safeParse(one)
      if (!read.success) continue
      const { scaleTargetRef, minReplicas } = read.data.spec
      if (scaleTargetRef.kind.toLowerCase() !== of.kind || scaleTargetRef.name !== of.name) continue
      const owner = controllerOf(one.metadata)
      if (minReplicas > 0 && owner === undefined) continue
      throw new SalvageError('SCALE.AUTOSCALED', `${nameOf(of)} cannot be scaled down: an autoscaler would wake it`, {
        why:
          owner === undefined
            ? `HorizontalPodAutoscaler ${one.metadata.name} has minReplicas 0, so it acts also on a workload without pods`
            : `HorizontalPodAutoscaler ${one.metadata.name} belongs to ${owner.kind} ${owner.name}`,
        hint: 'bring it to rest by commands or a dump, or pause the autoscaler',
        untouched: true,
      })
    }
  } catch (error) {
    if (!isSalvageError(error) || !UNKNOWN.has(error.code)) throw error
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(['K8S.FORBIDDEN', 'K8S.NO_KIND'])
