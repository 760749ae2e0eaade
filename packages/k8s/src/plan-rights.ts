import type { CallOptions, PlannedWork, Source, Store } from '@salvage-kit/core'
import type { Permission } from './client/cluster.ts'
import { lackingRights, missingRights } from './client/rights.ts'
import type { RightsCluster } from './client/rights.ts'
import { JOB_PERMISSIONS } from './crane/permission.ts'
import { GROUP_PERMISSIONS, SNAPSHOT_PERMISSIONS } from './snapshot/permission.ts'
import { parseWorkloadId } from './workload/workload-id.ts'
import type { WorkloadName } from './workload/workload-id.ts'

/** What the parts take: of quiescers by their ids. */
export interface PartRights {
  readonly quiescers: Readonly<Record<string, (of: WorkloadName) => readonly Permission[]>>
  /** The id of the snapshotter, which is also that of its keeper. */
  readonly snapshotter: string
  /** The id of the crane that runs Jobs. */
  readonly crane: string
  /** Where that crane asks a store into which nothing is lifted live. */
  readonly namespaceOf: (store: Store) => string
}

/**
 * Asks for all rights that a plan takes, of all parts in all namespaces, before one of them is prepared. Rejects with `K8S.RIGHTS`,
 * whose hint is all that is missing: with it the next run does not end for another right.
 */
export async function planPermitted(
  cluster: RightsCluster,
  work: PlannedWork,
  parts: PartRights,
  options: CallOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  const missing = await missingRights(cluster, rightsOf(work, parts), options)
  if (missing.size === 0) return
  const message = `this run takes rights in ${[...missing.keys()].join(', ')} that this user does not have`
  throw await lackingRights(cluster, missing, { code: 'K8S.RIGHTS', message }, options)
}

function rightsOf(
  { quiesce, cuts, lifts }: PlannedWork,
  parts: PartRights,
): ReadonlyMap<string, readonly Permission[]> {
  const wanted = new Map<string, Permission[]>()
  const add = (namespace: string | undefined, permissions: readonly Permission[] = []): void => {
    if (namespace === undefined || permissions.length === 0) return
    wanted.set(namespace, [...(wanted.get(namespace) ?? []), ...permissions])
  }
  for (const { workload, quiescer } of quiesce) {
    const of = parseWorkloadId(workload)
    if (of !== undefined) add(of.namespace, parts.quiescers[quiescer]?.(of))
  }
  for (const { snapshotter, source, together } of cuts)
    if (snapshotter === parts.snapshotter) {
      add(namespaceOf(source), SNAPSHOT_PERMISSIONS)
      if (together !== undefined) add(namespaceOf(source), GROUP_PERMISSIONS)
    }
  const jobs = lifts.filter(({ store }) => store.crane === parts.crane)
  for (const { source } of jobs) add(namespaceOf(source), JOB_PERMISSIONS)
  // One reference may stand in a plan with two settings, and each is asked for itself.
  const askedLive = new Set(jobs.flatMap(({ store, live }) => (live ? JSON.stringify(store) : [])))
  for (const { store } of jobs)
    if (!askedLive.has(JSON.stringify(store))) add(parts.namespaceOf(store), JOB_PERMISSIONS)
  return wanted
}

function namespaceOf(source: Source): string | undefined {
  return source.medium === 'pvc' ? source.namespace : undefined
}
