/** A claim, empty or with the content of a snapshot. */
export function claim(name: string, storageClassName = 'csi-hostpath-sc', fromSnapshot?: string): object {
  const dataSource =
    fromSnapshot === undefined
      ? {}
      : { dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: fromSnapshot } }
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, labels: { group: name.split('-')[0] ?? '' } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: '1Gi' } },
      ...dataSource,
    },
  }
}

/** A pod that runs a script of the shell, with each claim mounted at `/CLAIM`. */
export function pod(name: string, claims: readonly string[], script = 'exec sleep 3600'): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'salvage-test/busybox',
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script],
          volumeMounts: claims.map((one) => ({ name: one, mountPath: `/${one}` })),
        },
      ],
      volumes: claims.map((one) => ({ name: one, persistentVolumeClaim: { claimName: one } })),
    },
  }
}

/** A snapshot of a claim. */
export function snapshot(
  name: string,
  persistentVolumeClaimName: string,
  volumeSnapshotClassName = 'csi-hostpath-snapclass',
): object {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name },
    spec: { volumeSnapshotClassName, source: { persistentVolumeClaimName } },
  }
}
