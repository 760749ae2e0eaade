// Many claims, pods and snapshots in a cluster of the API level, put into its store beneath the API server: seconds instead of
// the minutes that as many calls take.
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { API, DRIVER, objectsOf, times } from './kubernetes-crowd-objects.ts'
import type { CrowdSize, Stored } from './kubernetes-crowd-objects.ts'

const PUTS = 100
const AT_ONCE = 4
/** The namespaces of a crowd of this size. */
export function namespacesOf({ namespaces }: CrowdSize): readonly string[] {
  return Array.from({ length: namespaces }, (_, at) => `crowd-${String(at)}`)
}

/** Puts them there; resolves when the API server tells of all. */
export async function fillCrowd(cluster: KubernetesCluster, size: CrowdSize): Promise<void> {
  await cluster.apply(
    ...namespacesOf(size).map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'csi' },
      provisioner: DRIVER,
    },
    {
      apiVersion: API,
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'csi', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      driver: DRIVER,
      deletionPolicy: 'Delete',
    },
  )
  const all = objectsOf(size)
  const store = `http://${new URL(cluster.server).hostname}:2379/v3/kv/txn`
  const batches = times(Math.ceil(all.length / PUTS), (at) => all.slice(at * PUTS, (at + 1) * PUTS)).values()
  const worker = async (): Promise<void> => {
    for (const batch of batches) await put(store, batch)
  }
  await Promise.all(times(AT_ONCE, worker))
}

async function put(store: string, batch: readonly Stored[]): Promise<void> {
  const success = batch.map(([key, object]) => ({
    requestPut: {
      key: Buffer.from(`/registry/${key}`).toString('base64'),
      value: Buffer.from(JSON.stringify(object)).toString('base64'),
    },
  }))
  const answer = await fetch(store, { method: 'POST', body: JSON.stringify({ success }) })
  if (!answer.ok) throw new Error(`the store says ${String(answer.status)}: ${await answer.text()}`)
  await answer.text()
}
