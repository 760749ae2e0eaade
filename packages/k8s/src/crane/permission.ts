import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import { lackingRights } from '../client/rights.ts'

/** What crane Jobs take, in each namespace in which one runs. */
export const JOB_PERMISSIONS: readonly Permission[] = [
  ...permissions('batch', 'jobs', ['get', 'list', 'create', 'delete']),
  ...permissions('', 'pods', ['get', 'list']),
  ...permissions('', 'pods/log', ['get']),
  ...permissions('', 'persistentvolumeclaims', ['get']),
]

/** Optional: with these, what the cluster says of a Job that cannot begin is told, and sooner. */
export const JOB_EVENT_PERMISSIONS: readonly Permission[] = permissions('', 'events', ['list'])

function permissions(group: string, resource: string, verbs: readonly string[]): readonly Permission[] {
  return verbs.map((verb) => ({ verb, group, resource }))
}

/** Rejects with `JOB.RIGHTS`, whose hint is the Role that is missing. */
export async function mayRunJobs(cluster: Cluster, namespace: string, options: CallOptions): Promise<void> {
  const missing = await cluster.missing(namespace, JOB_PERMISSIONS, options)
  if (missing.length === 0) return
  const message = `crane Jobs in ${namespace} take rights that this user does not have`
  throw await lackingRights(cluster, new Map([[namespace, missing]]), { code: 'JOB.RIGHTS', message }, options)
}
