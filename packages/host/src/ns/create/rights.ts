import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { EXEC_PERMISSIONS, rightsText, SNAPSHOT_PERMISSIONS, STATE_PERMISSIONS } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, Permission } from '@salvage-kit/k8s'
import { enabledDatabases } from './dumps.ts'

/** Whether a backup can be a run like any other. */
export type Rights =
  | { readonly kind: 'all' }
  /** Those of backup-ns alone. */
  | { readonly kind: 'few'; readonly finding: Finding }

/** What backup-ns itself needs besides rights in pods. */
const LEAST: readonly Permission[] = [
  { verb: 'get', group: '', resource: 'persistentvolumeclaims' },
  ...['get', 'list', 'create'].map((verb) => ({
    verb,
    group: 'snapshot.storage.k8s.io',
    resource: 'volumesnapshots',
  })),
]

/** What may be done in the one namespace of a backup. Rejects with `NS.RIGHTS`, whose hint is the Role that is missing. */
export async function rightsOf(cluster: Cluster, settings: BakSettings, options: CallOptions): Promise<Rights> {
  const { namespace } = settings
  const inPods = enabledDatabases(settings).length === 0 ? [] : EXEC_PERMISSIONS
  const least = [...LEAST, ...inPods]
  const all = [...SNAPSHOT_PERMISSIONS, ...STATE_PERMISSIONS, ...inPods]
  const missing = await cluster.missing(namespace, all, options)
  if (missing.length === 0) return { kind: 'all' }
  const { why, hint } = await rightsText(cluster, new Map([[namespace, missing]]), options)
  if (!missing.some((one) => least.some((other) => isSame(one, other)))) {
    const message = `the rights in ${namespace} are those of backup-ns: nothing keeps two backups of a claim apart, and a snapshot that fails stays`
    return { kind: 'few', finding: { code: 'NS.FEW_RIGHTS', message, why, hint } }
  }
  throw new SalvageError('NS.RIGHTS', `backups of ${namespace} take rights that this user does not have`, {
    why,
    hint,
    untouched: true,
  })
}

function isSame(one: Permission, other: Permission): boolean {
  return one.verb === other.verb && one.group === other.group && one.resource === other.resource
}
