import type { CallOptions, Finding } from '@salvage-kit/core'
import { deleteSnapshot } from '@salvage-kit/k8s'
import type { Cluster } from '@salvage-kit/k8s'

/** Removes a snapshot with its storage, and waits until it is gone. Rejects as `deleteSnapshot`. */
export async function removeSnapshot(
  cluster: Cluster,
  at: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<readonly Finding[]> {
  return deleteSnapshot(cluster, at, options)
}
