import type { CallOptions, Reference } from '@salvage-kit/core'
import { CUT, grant, keptSnapshot, KEY, KINDS, storeMark } from '@salvage-kit/k8s'
import type { Cluster, KeptSnapshot, Manifest } from '@salvage-kit/k8s'

/** What snapshots are born with. */
export interface BornKept {
  /** What keeps them. */
  readonly store: Reference
  readonly zone: string
  readonly now: () => Date
}

/**
 * A cluster for who may make snapshots and not change them: they are born with the label that says that they stay, and with the
 * tiers that no ready one of their claim has. One that never becomes ready then has places that a good one has too.
 */
export function bornKept(cluster: Cluster, settings: BornKept): Cluster {
  return {
    ...cluster,
    create: async (kind, manifest, options) =>
      cluster.create(
        kind,
        kind === KINDS.volumeSnapshot ? await born(cluster, manifest, settings, options) : manifest,
        options,
      ),
  }
}

async function born(
  cluster: Cluster,
  manifest: Manifest,
  { store, zone, now }: BornKept,
  options: CallOptions,
): Promise<Manifest> {
  const { metadata } = manifest
  const time = now().toISOString()
  const own = keptSnapshot({
    ...manifest,
    apiVersion: '',
    kind: '',
    metadata: { ...metadata, uid: '', creationTimestamp: time },
    status: { readyToUse: true, creationTime: time },
  })
  const change = own === undefined ? {} : grant(own, await others(cluster, own, options), zone)
  const entries = Object.entries({ ...metadata.labels, ...change, [CUT.kept]: storeMark(store) })
  const labels = Object.fromEntries(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
  return { ...manifest, metadata: { ...metadata, labels } }
}

/** The other snapshots of a claim. */
export async function others(
  cluster: Cluster,
  { namespace, pvc }: Pick<KeptSnapshot, 'namespace' | 'pvc'>,
  options: CallOptions,
): Promise<readonly KeptSnapshot[]> {
  if (pvc === undefined) return []
  const scope = { namespace, labelSelector: `${KEY.pvc}=${pvc}` }
  const found = await Array.fromAsync(cluster.list(KINDS.volumeSnapshot, scope, options))
  return found.flatMap((one) => keptSnapshot(one) ?? [])
}
