import { KINDS } from '../../src/resource/kind.ts'
import { snapshotOf, type FakeCluster } from '../fake-cluster.ts'
import { labelsOf } from './kept.ts'

/** A ready snapshot of the claim `data` and its content, which keeps its storage. */
export function put(
  cluster: FakeCluster,
  namespace: string,
  name: string,
  day: string,
  labels: Record<string, string> = {},
): void {
  const content = `content-${namespace}-${name}`
  const status = { readyToUse: true, creationTime: `${day}T00:00:00Z`, boundVolumeSnapshotContentName: content }
  const made = cluster.put(KINDS.volumeSnapshot, snapshotOf(namespace, name, labelsOf('data', labels), status))
  cluster.put(KINDS.volumeSnapshotContent, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: content },
    spec: { deletionPolicy: 'Retain', volumeSnapshotRef: { namespace, name, uid: made.metadata.uid ?? '' } },
  })
}
