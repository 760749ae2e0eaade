import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { lackingRights, missingRights } from '../client/rights.ts'
import { DISCOVERY_PERMISSIONS } from './permission.ts'

/**
 * Does what looks at a namespace. When that is forbidden and rights to look are missing, rejects with `K8S.RIGHTS`, whose hint is
 * all of them, and not with the first call that was refused.
 */
export async function permittedHere<T>(
  cluster: Cluster,
  namespace: string,
  look: () => Promise<T>,
  options: CallOptions,
): Promise<T> {
  try {
    return await look()
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error) || error.code !== 'K8S.FORBIDDEN') throw error
    const missing = await missingRights(cluster, new Map([[namespace, DISCOVERY_PERMISSIONS]]), options)
    if (missing.size === 0) throw error
    const message = `what is in ${namespace} cannot be found out: this user does not have the rights`
    throw await lackingRights(cluster, missing, { code: 'K8S.RIGHTS', message }, options)
  }
}
