import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import { lackingRights, missingRights } from '../client/rights.ts'

/** What snapshots and places take: rights of the namespaces of the claims alone. */
export const SNAPSHOT_PERMISSIONS: readonly Permission[] = [
  ...permissions('snapshot.storage.k8s.io', 'volumesnapshots', ['get', 'list', 'create', 'patch', 'delete']),
  ...permissions('', 'persistentvolumeclaims', ['get', 'list', 'create', 'delete']),
]

/** Optional: with these, claims that cannot be cut are found out before a run. They are of no namespace. */
export const CLASS_PERMISSIONS: readonly Permission[] = [
  ...permissions('storage.k8s.io', 'storageclasses', ['get']),
  ...permissions('snapshot.storage.k8s.io', 'volumesnapshotclasses', ['get', 'list']),
]

/** Optional: with these, claims that workloads share are cut at one instant where their driver can. */
export const GROUP_PERMISSIONS: readonly Permission[] = [
  ...permissions('groupsnapshot.storage.k8s.io', 'volumegroupsnapshots', ['get', 'list', 'create', 'patch', 'delete']),
  ...permissions('', 'persistentvolumeclaims', ['patch']),
]

/** Optional: with these, the class of groups is found that is the default one of a driver. They are of no namespace. */
export const GROUP_CLASS_PERMISSIONS: readonly Permission[] = permissions(
  'groupsnapshot.storage.k8s.io',
  'volumegroupsnapshotclasses',
  ['list'],
)

function permissions(group: string, resource: string, verbs: readonly string[]): readonly Permission[] {
  return verbs.map((verb) => ({ verb, group, resource }))
}

/** Rejects with `CSI.RIGHTS`, whose hint is the Role that is missing, when a snapshot could not be made or removed there. */
export async function mustBePermitted(
  cluster: Cluster,
  namespaces: Iterable<string>,
  options: CallOptions,
  wanted: readonly Permission[] = SNAPSHOT_PERMISSIONS,
): Promise<void> {
  const all = new Map([...new Set(namespaces)].map((namespace) => [namespace, wanted]))
  const missing = await missingRights(cluster, all, options)
  if (missing.size === 0) return
  const message = `snapshots in ${[...missing.keys()].join(', ')} take rights that this user does not have`
  throw await lackingRights(cluster, missing, { code: 'CSI.RIGHTS', message }, options)
}
