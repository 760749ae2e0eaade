import type { Permission } from '../client/cluster.ts'
import { SNAPSHOT_PERMISSIONS } from '../snapshot/permission.ts'

/** What restores in place take: rights of the namespace of the claim alone. */
export const EXCHANGE_PERMISSIONS: readonly Permission[] = [
  ...SNAPSHOT_PERMISSIONS,
  { verb: 'patch', group: '', resource: 'persistentvolumeclaims' },
  { verb: 'list', group: '', resource: 'pods' },
]
