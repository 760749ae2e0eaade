import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Quiescer } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import { roleFor } from '../client/role.ts'
import { parseWorkloadId } from '../workload/workload-id.ts'
import type { WorkloadName } from '../workload/workload-id.ts'

/**
 * The quiescer, which asks before anything is touched whether it may do what it does: `prepare` rejects with `K8S.RIGHTS`,
 * whose hint is the Role that is missing. `wanted` says what a workload takes.
 */
export function permitted(
  cluster: Pick<Cluster, 'missing'>,
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
    if (missing.length > 0) throw forbidden(workload, quiescer.id, of.namespace, missing)
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

function forbidden(
  workload: string,
  quiescer: string,
  namespace: string,
  missing: readonly Permission[],
): SalvageError {
  return new SalvageError('K8S.RIGHTS', `${workload}: ${quiescer} takes rights that this user does not have`, {
    why: `missing: ${missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')}`,
    hint: `let an administrator apply, and bind to this user:\n${roleFor(missing, { namespace })}`,
    untouched: true,
  })
}
