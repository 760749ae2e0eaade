import type { CallOptions, Quiescer } from '@salvage-kit/core'
import type { Permission } from '../client/cluster.ts'
import { lackingRights } from '../client/rights.ts'
import type { RightsCluster } from '../client/rights.ts'
import { parseWorkloadId } from '../workload/workload-id.ts'
import type { WorkloadName } from '../workload/workload-id.ts'

/**
 * The quiescer, which asks before anything is touched whether it may do what it does: `prepare` rejects with `K8S.RIGHTS`,
 * whose hint is the Role that is missing. `wanted` says what a workload takes.
 */
export function permitted(
  cluster: RightsCluster,
  quiescer: Quiescer,
  wanted: (of: WorkloadName) => readonly Permission[],
): Quiescer {
  /** What was permitted once is not asked about again. */
  const known = new Set<string>()
  const check = async (workload: string, of: WorkloadName, options: CallOptions): Promise<void> => {
    const permissions = wanted(of)
    const key = JSON.stringify([of.namespace, permissions])
    if (known.has(key)) return
    const missing = await cluster.missing(of.namespace, permissions, options)
    if (missing.length > 0) {
      const message = `${workload}: ${quiescer.id} takes rights that this user does not have`
      const lacking = new Map([[of.namespace, missing]])
      throw await lackingRights(cluster, lacking, { code: 'K8S.RIGHTS', message }, options)
    }
    known.add(key)
  }
  return {
    ...quiescer,
    prepare: async (workload, settings, options) => {
      options.signal.throwIfAborted()
      const of = parseWorkloadId(workload)
      if (of !== undefined) await check(workload, of, options)
      return quiescer.prepare(workload, settings, options)
    },
  }
}
