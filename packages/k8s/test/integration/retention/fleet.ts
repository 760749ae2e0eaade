import type { Cluster } from '../../../src/client/cluster.ts'
import { KINDS } from '../../../src/resource/kind.ts'

/** A snapshot to put into a cluster that has no controller of snapshots: the test plays it. */
export interface FleetSnapshot {
  readonly namespace: string
  readonly name: string
  readonly labels: { readonly [key: string]: string }
  /** `status.creationTime`; absent: nobody has cut it yet. */
  readonly cut?: string
  readonly ready?: boolean
  /** With a content of its own; default: none. */
  readonly content?: boolean
}

const SNAPSHOT_API = 'snapshot.storage.k8s.io/v1'

/** Labels of a snapshot that is kept by tiers. */
export const TIERS: { readonly [key: string]: string } = {
  'backup-ns.sh/retain': 'daily_weekly_monthly',
  'backup-ns.sh/type': 'cronjob',
}

/** Those of one with the daily tier of a day. */
export function daily(day: string, pvc = 'data'): Record<string, string> {
  return { ...TIERS, 'backup-ns.sh/pvc': pvc, 'backup-ns.sh/daily': day }
}

/** Makes a namespace. */
export async function putNamespace(cluster: Cluster, name: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  await cluster.apply(KINDS.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { signal })
}

/** Makes a snapshot as it stands when its controller has done its work. */
export async function putSnapshot(cluster: Cluster, snapshot: FleetSnapshot): Promise<void> {
  const { namespace, name, labels, cut, ready = true, content = false } = snapshot
  const signal = AbortSignal.timeout(120_000)
  const made = await cluster.create(
    KINDS.volumeSnapshot,
    {
      apiVersion: SNAPSHOT_API,
      kind: 'VolumeSnapshot',
      metadata: { namespace, name, labels },
      spec: { source: { persistentVolumeClaimName: labels['backup-ns.sh/pvc'] ?? 'data' } },
    },
    { signal },
  )
  const contentName = `content-${namespace}-${name}`
  const status = {
    boundVolumeSnapshotContentName: contentName,
    readyToUse: ready,
    ...(cut === undefined ? {} : { creationTime: cut }),
  }
  if (cut !== undefined || content)
    await cluster.patch(
      KINDS.volumeSnapshot,
      { namespace, name, subresource: 'status' },
      { type: 'merge', body: { status } },
      { signal },
    )
  if (!content) return
  await cluster.create(
    KINDS.volumeSnapshotContent,
    {
      apiVersion: SNAPSHOT_API,
      kind: 'VolumeSnapshotContent',
      metadata: { name: contentName },
      spec: {
        deletionPolicy: 'Retain',
        driver: 'csi.example.com',
        source: { volumeHandle: `volume-of-${name}` },
        volumeSnapshotRef: { kind: 'VolumeSnapshot', namespace, name, uid: made.metadata.uid ?? '' },
      },
    },
    { signal },
  )
}

/** The snapshots of a namespace by name, with their labels of backup-ns without prefix. */
export async function labelsIn(cluster: Cluster, namespace: string): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>()
  const signal = AbortSignal.timeout(120_000)
  for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, { namespace }, { signal }))
    found.set(
      metadata.name,
      Object.fromEntries(
        Object.entries(metadata.labels ?? {}).map(([key, value]) => [key.replace('backup-ns.sh/', ''), value]),
      ),
    )
  return found
}
