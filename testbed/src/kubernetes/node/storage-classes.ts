/** The name of the CSI driver. */
export const DRIVER = 'hostpath.csi.salvage-kit.test'

const SNAPSHOTS = 'snapshot.storage.k8s.io'
const SLOW = { readyAfter: '15s' }

/** The classes of a cluster of the testbed. The first two are called as in the examples of upstream's host-path driver. */
export const STORAGE_OBJECTS: readonly object[] = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: DRIVER },
    spec: { attachRequired: false, podInfoOnMount: false, fsGroupPolicy: 'File', volumeLifecycleModes: ['Persistent'] },
  },
  storageClass('csi-hostpath-sc', 'Immediate', { 'storageclass.kubernetes.io/is-default-class': 'true' }),
  storageClass('csi-hostpath-wait', 'WaitForFirstConsumer'),
  snapshotClass('csi-hostpath-snapclass', 'Delete', {}, { 'snapshot.storage.kubernetes.io/is-default-class': 'true' }),
  snapshotClass('csi-hostpath-snapclass-retain', 'Retain'),
  snapshotClass('csi-hostpath-snapclass-slow', 'Delete', SLOW),
  {
    apiVersion: 'groupsnapshot.storage.k8s.io/v1',
    kind: 'VolumeGroupSnapshotClass',
    metadata: { name: 'csi-hostpath-groupsnapclass' },
    driver: DRIVER,
    deletionPolicy: 'Delete',
  },
]

function storageClass(
  name: string,
  volumeBindingMode: string,
  annotations: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    provisioner: DRIVER,
    reclaimPolicy: 'Delete',
    volumeBindingMode,
  }
}

function snapshotClass(
  name: string,
  deletionPolicy: 'Delete' | 'Retain',
  parameters: Readonly<Record<string, string>> = {},
  annotations: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: `${SNAPSHOTS}/v1`,
    kind: 'VolumeSnapshotClass',
    metadata: { name, annotations },
    driver: DRIVER,
    deletionPolicy,
    parameters,
  }
}
