// The objects of a crowd, as they stand in the store beneath an API server.

/** How many of what there are. */
export interface CrowdSize {
  readonly namespaces: number
  readonly claims: number
  /** Half of them mount a claim each, of StatefulSets of two; the others are of Deployments of five. */
  readonly pods: number
  readonly snapshots: number
}

/** The driver of all of them. */
export const DRIVER = 'csi.example.com'
/** Of snapshots. */
export const API = 'snapshot.storage.k8s.io/v1'
/** The day of the newest snapshots; each older one is of a day before. */
export const NOW: Date = new Date('2026-11-21T12:00:00Z')
const DAY_MS = 86_400_000

/** An object, and the key that it has below `/registry/`. */
export type Stored = readonly [key: string, object: object]

/** All of them. */
export function objectsOf(size: CrowdSize): readonly Stored[] {
  return [
    ...times(size.claims, (n) => claim(n, size)),
    ...times(Math.ceil(size.pods / 4), (n) => statefulSet(n, size)),
    ...times(Math.ceil(size.pods / 10), (n) => deployment(n, size)),
    ...times(Math.ceil(size.pods / 10), (n) => replicaSet(n, size)),
    ...times(size.pods, (n) => (n % 2 === 0 ? boundPod(n / 2, size) : freePod((n - 1) / 2, size))),
    ...times(size.snapshots, (n) => snapshot(n, size)),
  ]
}

/** As many as are asked for, by their numbers. */
export function times<T>(count: number, of: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => of(n))
}

/** Those of one kind and number are of one namespace with what belongs to them. */
function namespaceOf(share: number, { namespaces }: CrowdSize): string {
  return `crowd-${String(Math.min(Math.floor(share * namespaces), namespaces - 1))}`
}

function uid(kind: number, n: number): string {
  return `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`
}

/** As large as what several controllers leave: most of the bytes of an object. */
function managed(fields: number): readonly object[] {
  const f = Object.fromEntries(times(fields, (n) => [`f:field-of-some-length-${String(n)}`, { '.': {}, 'f:key': {} }]))
  const time = '2026-11-01T00:00:00Z'
  return ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': f },
  }))
}

function meta(kind: number, n: number, namespace: string, name: string): object {
  return { namespace, name, uid: uid(kind, n), generation: 1, creationTimestamp: '2026-11-01T00:00:00Z' }
}

function claim(n: number, size: CrowdSize): Stored {
  const namespace = claimNamespace(n, size)
  const name = claimName(n)
  const storage = '10Gi'
  return [
    `persistentvolumeclaims/${namespace}/${name}`,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...meta(1, n, namespace, name),
        labels: { app: `db-${String(Math.floor(n / 2))}` },
        annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/storage-provisioner': DRIVER },
        finalizers: ['kubernetes.io/pvc-protection'],
        managedFields: managed(10),
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage } },
        storageClassName: 'csi',
        volumeMode: 'Filesystem',
        volumeName: `pvc-${uid(1, n)}`,
      },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage } },
    },
  ]
}

function claimNamespace(n: number, size: CrowdSize): string {
  return namespaceOf((2 * Math.floor(n / 2)) / size.claims, size)
}

/** As a StatefulSet of two names those of its pods. */
function claimName(n: number): string {
  return `data-db-${String(Math.floor(n / 2))}-${String(n % 2)}`
}

function template(app: string): object {
  return {
    metadata: { labels: { app } },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'registry.example.com/team/some-image:1.2.3',
          env: times(12, (n) => ({ name: `SOME_SETTING_${String(n)}`, value: `a value of some length ${String(n)}` })),
          resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        },
      ],
    },
  }
}

function statefulSet(n: number, size: CrowdSize): Stored {
  const namespace = claimNamespace(2 * n, size)
  const name = `db-${String(n)}`
  return [
    `statefulsets/${namespace}/${name}`,
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        ...meta(2, n, namespace, name),
        annotations: { 'salvage-kit.io/tides': 'nightly', 'salvage-kit.io/quiesce': 'scale' },
        managedFields: managed(20),
      },
      spec: {
        replicas: 2,
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: template(name),
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
          },
        ],
      },
      status: { replicas: 2, readyReplicas: 2, observedGeneration: 1 },
    },
  ]
}

function controller(kind: string, apiVersion: string, name: string, of: string): object {
  return { apiVersion, kind, name, uid: of, controller: true, blockOwnerDeletion: true }
}

function deploymentNamespace(n: number, size: CrowdSize): string {
  return namespaceOf(n / Math.ceil(size.pods / 10), size)
}

function deployment(n: number, size: CrowdSize): Stored {
  const namespace = deploymentNamespace(n, size)
  const name = `web-${String(n)}`
  return [
    `deployments/${namespace}/${name}`,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...meta(3, n, namespace, name), managedFields: managed(20) },
      spec: { replicas: 5, selector: { matchLabels: { app: name } }, template: template(name) },
      status: { replicas: 5, readyReplicas: 5, observedGeneration: 1 },
    },
  ]
}

function replicaSet(n: number, size: CrowdSize): Stored {
  const namespace = deploymentNamespace(n, size)
  const app = `web-${String(n)}`
  const name = `${app}-abc`
  return [
    `replicasets/${namespace}/${name}`,
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        ...meta(4, n, namespace, name),
        ownerReferences: [controller('Deployment', 'apps/v1', app, uid(3, n))],
        managedFields: managed(20),
      },
      spec: { replicas: 5, selector: { matchLabels: { app } }, template: template(app) },
      status: { replicas: 5 },
    },
  ]
}

function boundPod(n: number, size: CrowdSize): Stored {
  const set = Math.floor(n / 2)
  const app = `db-${String(set)}`
  const volume = { name: 'data', persistentVolumeClaim: { claimName: claimName(n) } }
  const owner = controller('StatefulSet', 'apps/v1', app, uid(2, set))
  return pod(2 * n, claimNamespace(2 * set, size), `${app}-${String(n % 2)}`, app, owner, [volume])
}

function freePod(n: number, size: CrowdSize): Stored {
  const set = Math.floor(n / 5)
  const app = `web-${String(set)}`
  const owner = controller('ReplicaSet', 'apps/v1', `${app}-abc`, uid(4, set))
  return pod(2 * n + 1, deploymentNamespace(set, size), `${app}-abc-${String(n % 5)}`, app, owner, [])
}

function pod(
  n: number,
  namespace: string,
  name: string,
  app: string,
  owner: object,
  volumes: readonly object[],
): Stored {
  const { spec } = { spec: {}, ...template(app) }
  return [
    `pods/${namespace}/${name}`,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...meta(5, n, namespace, name),
        labels: { app },
        ownerReferences: [owner],
        managedFields: managed(25),
      },
      spec: { ...spec, volumes, nodeName: `node-${String(n % 100)}`, restartPolicy: 'Always' },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'main',
            image: 'registry.example.com/team/some-image:1.2.3',
            imageID: 'registry.example.com/team/some-image@sha256:'.padEnd(108, '0'),
            containerID: `containerd://${String(n).padStart(64, '0')}`,
            ready: true,
            restartCount: 0,
            state: { running: { startedAt: '2026-11-01T00:00:00Z' } },
          },
        ],
      },
    },
  ]
}

/** Of each claim as many, of the last days; each has its daily tier. */
function snapshot(n: number, size: CrowdSize): Stored {
  const each = Math.ceil(size.snapshots / size.claims)
  const of = Math.floor(n / each)
  const namespace = claimNamespace(of, size)
  const day = new Date(NOW.getTime() - (n % each) * DAY_MS).toISOString().slice(0, 10)
  const pvc = claimName(of)
  const name = `${pvc}-${day}`
  return [
    `snapshot.storage.k8s.io/volumesnapshots/${namespace}/${name}`,
    {
      apiVersion: API,
      kind: 'VolumeSnapshot',
      metadata: {
        ...meta(6, n, namespace, name),
        creationTimestamp: `${day}T00:32:10Z`,
        labels: {
          'backup-ns.sh/pvc': pvc,
          'backup-ns.sh/type': 'cronjob',
          'backup-ns.sh/retain': 'daily_weekly_monthly',
          'backup-ns.sh/daily': day,
        },
        annotations: { 'backup-ns.sh/env-config': "BAK_DB_SKIP='true'\n".repeat(20) },
        finalizers: ['snapshot.storage.kubernetes.io/volumesnapshot-bound-protection'],
        managedFields: managed(10),
      },
      spec: { source: { persistentVolumeClaimName: pvc }, volumeSnapshotClassName: 'csi' },
      status: {
        readyToUse: true,
        creationTime: `${day}T00:32:12Z`,
        restoreSize: '10Gi',
        boundVolumeSnapshotContentName: `snapcontent-${uid(6, n)}`,
      },
    },
  ]
}
