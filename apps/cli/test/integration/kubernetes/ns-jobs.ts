/** The image that stands in for that of backup-ns. */
export const IMAGE = 'salvage-test/backup-ns'

const job = (
  spec: object,
  more: { readonly backoffLimit: number; readonly seconds: number; readonly labels?: object },
): object => ({
  spec: {
    backoffLimit: more.backoffLimit,
    activeDeadlineSeconds: more.seconds,
    template: { metadata: { labels: more.labels ?? {} }, spec: { restartPolicy: 'Never', ...spec } },
  },
})

const cronJob = (metadata: object, schedule: string, jobTemplate: object): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata,
  spec: { schedule, timeZone: 'Europe/Vienna', concurrencyPolicy: 'Forbid', suspend: true, jobTemplate },
})

/** The CronJob and the ConfigMap of a namespace as backup-ns 0.3.0 deploys them, but for the image. */
export function backupManifests(namespace: string): readonly object[] {
  const locks = { name: 'host-backup-locks', mountPath: '/mnt/host-backup-locks' }
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'backup-env' },
      data: {
        BAK_LABEL_VS_TYPE: 'cronjob',
        BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
        BAK_FLOCK: 'true',
        BAK_VS_CLASS_NAME: 'csi-hostpath-snapclass-retain',
        BAK_DB_POSTGRES: 'true',
        BAK_THRESHOLD_SPACE_USED_PERCENTAGE: '100',
      },
    },
    cronJob(
      { namespace, name: 'backup' },
      '32 0 * * *',
      job(
        {
          serviceAccountName: 'backup-ns',
          initContainers: [
            {
              name: 'fix-locks',
              image: 'salvage-test/busybox',
              imagePullPolicy: 'Never',
              command: ['sh', '-c', 'chmod 777 /mnt/host-backup-locks'],
              volumeMounts: [locks],
            },
          ],
          containers: [
            {
              name: 'backup',
              image: IMAGE,
              imagePullPolicy: 'Never',
              envFrom: [{ configMapRef: { name: 'backup-env' } }],
              env: [
                { name: 'BAK_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                { name: 'BAK_LABEL_VS_POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'TZ', value: 'Europe/Vienna' },
              ],
              volumeMounts: [locks],
            },
          ],
          volumes: [{ name: locks.name, hostPath: { path: '/tmp/backup-ns-locks', type: 'DirectoryOrCreate' } }],
        },
        { backoffLimit: 2, seconds: 10_800, labels: { app: 'backup' } },
      ),
    ),
  ]
}

const work = (command: readonly string[]): object =>
  job(
    {
      serviceAccountName: 'backup-ns-controller',
      containers: [{ name: 'job', image: IMAGE, imagePullPolicy: 'Never', command }],
    },
    { backoffLimit: 0, seconds: 3600 },
  )

/** The jobs over all namespaces with their rights as backup-ns 0.3.0 deploys them, but for the image. */
export function controllerManifests(namespace: string): readonly object[] {
  const subject = { kind: 'ServiceAccount', name: 'backup-ns-controller', namespace }
  const name = `${namespace}-controller`
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        {
          apiGroups: ['snapshot.storage.k8s.io'],
          resources: ['volumesnapshots', 'volumesnapshotcontents'],
          verbs: ['get', 'list', 'patch', 'delete', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [subject],
    },
    cronJob(
      { namespace, name: 'sync-volume-snapshot-labels' },
      '53 06 * * *',
      work(['/app/backup-ns', 'controller', 'syncMetadataToVsc']),
    ),
    cronJob(
      { namespace, name: 'pruner' },
      '36 11 * * *',
      work(['/bin/bash', '-c', '/app/retain.sh && /app/mark-and-delete.sh']),
    ),
  ]
}

const rule = (group: string, resources: readonly string[], verbs: readonly string[]): object => ({
  apiGroups: [group],
  resources,
  verbs,
})

/** The rights of a namespace as backup-ns 0.3.0 gives them. */
export function backupRights(namespace: string, account: string): readonly object[] {
  const apiGroup = 'rbac.authorization.k8s.io'
  const name = `${namespace}-backup-ns`
  return [
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        rule('', ['pods', 'persistentvolumeclaims'], ['get', 'list']),
        rule('apps', ['deployments'], ['get', 'list']),
        rule('', ['pods/exec'], ['get', 'create']),
        rule('snapshot.storage.k8s.io', ['volumesnapshots'], ['get', 'create', 'list', 'watch']),
      ],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { namespace, name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ]
}
