import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { EXEC_PERMISSIONS, roleFor, SNAPSHOT_PERMISSIONS, STATE_PERMISSIONS } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, Permission } from '@salvage-kit/k8s'
import { enabledDatabases } from './dumps.ts'

/** What a backup takes, of its one namespace. */
function createPermissions(settings: BakSettings): readonly Permission[] {
  const inPods = enabledDatabases(settings).length === 0 ? [] : EXEC_PERMISSIONS
  const all = [...SNAPSHOT_PERMISSIONS, ...STATE_PERMISSIONS, ...inPods]
  return [...new Map(all.map((one) => [`${one.verb} ${one.group}/${one.resource}`, one])).values()]
}

/** Rejects with `NS.RIGHTS`, whose hint is the Role that is missing. */
export async function mustBeAllowed(cluster: Cluster, settings: BakSettings, options: CallOptions): Promise<void> {
  const { namespace } = settings
  const missing = await cluster.missing(namespace, createPermissions(settings), options)
  if (missing.length === 0) return
  throw new SalvageError('NS.RIGHTS', `backups of ${namespace} take rights that this user does not have`, {
    why: `missing: ${missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')}`,
    hint: `let an administrator apply, and bind to this user:\n${roleFor(missing, { namespace })}`,
    untouched: true,
  })
}
