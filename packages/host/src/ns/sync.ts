import type { CallOptions } from '@salvage-kit/core'
import { mirrorMarks } from '@salvage-kit/k8s'
import type { Cluster, MirrorReport } from '@salvage-kit/k8s'

/** Makes contents say what their snapshots say, in all namespaces. Rejects as `mirrorMarks`. */
export async function syncToContents(
  cluster: Cluster,
  { signal, now }: CallOptions & { readonly now: Date },
): Promise<MirrorReport> {
  return mirrorMarks(cluster, { signal, now })
}
