import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'

/**
 * What stands for the machine of the claims of a namespace: `k8s-` and the beginning of the namespace's uid, which no other
 * cluster has, and which is the same for each pod and workstation that looks. A namespace is read by who may `get` it, with a
 * Role in it too; undefined where that is not permitted, or where there is none.
 */
export async function homeOf(cluster: Cluster, namespace: string, options: CallOptions): Promise<string | undefined> {
  try {
    const found = await cluster.get(KINDS.namespace, { name: namespace }, options)
    const [first, second] = found?.metadata.uid?.split('-') ?? []
    return first === undefined || second === undefined ? undefined : `k8s-${first}-${second}`
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.FORBIDDEN') return undefined
    throw error
  }
}
