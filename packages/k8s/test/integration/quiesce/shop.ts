import { kubernetesCluster } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import type { Cluster } from '../../../src/index.ts'
import {
  connect,
  DISCOVERY_PERMISSIONS,
  EXEC_PERMISSIONS,
  roleFor,
  runScript,
  SCALE_PERMISSIONS,
} from '../../../src/index.ts'
import { claimNamed, controllerOf, DEAF, PATIENT, podSpec, until } from './manifest.ts'

/** Where all of it is. */
export const NAMESPACE = 'shop-at-rest'

const AUTOSCALER = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'auto' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'auto' },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
  },
}

/** A namespace with one workload of each kind, and a tenant who has rights in it and nowhere else. */
export interface Shop extends AsyncDisposable {
  readonly on: KubernetesCluster
  /** As the tenant. */
  readonly cluster: Cluster
  /** The tenant's kubeconfig. */
  readonly tenant: string
  apply(...objects: readonly object[]): Promise<void>
  replicasOf(kind: string, name: string): Promise<number>
  scaleTo(kind: string, name: string, replicas: number): Promise<void>
  /** Of the pods with this label. */
  podNames(app: string): Promise<string>
  /** What a script says in the pod that has no controller. */
  inBare(script: string): Promise<string>
}

/** Makes one; resolves when its pods run. */
export async function openShop(): Promise<Shop> {
  const on = await kubernetesCluster({ level: 'node' })
  await on.kubectl(['create', 'namespace', NAMESPACE])
  const tenant = await on.serviceAccount(NAMESPACE, 'tenant')
  const wanted = [...DISCOVERY_PERMISSIONS, ...SCALE_PERMISSIONS, ...EXEC_PERMISSIONS]
  const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
  await on.apply(roleFor(wanted, { namespace: NAMESPACE, subject }))
  const cluster = await connect({ kubeconfig: tenant, environment: {} })
  const kubectl = (...args: readonly string[]): Promise<string> => on.kubectl(['-n', NAMESPACE, ...args])
  await on.apply(...goods().map(inShop))
  await until('all pods run', async () => {
    const phases = await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].status.phase}')
    return phases.split(' ').filter((phase) => phase === 'Running').length === 8
  })
  return {
    on,
    cluster,
    tenant,
    apply: async (...objects) => on.apply(...objects.map(inShop)),
    replicasOf: async (kind, name) => Number(await kubectl('get', kind, name, '-o', 'jsonpath={.spec.replicas}')),
    scaleTo: async (kind, name, replicas) => void (await kubectl('scale', kind, name, `--replicas=${replicas}`)),
    podNames: async (app) => kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'name'),
    inBare: async (script) => {
      const place = { namespace: NAMESPACE, pod: 'bare', container: 'main' }
      const { stdout } = await runScript(cluster, place, { script }, { signal: new AbortController().signal })
      return stdout.toString().trim()
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]()
      await on.kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
      await on[Symbol.asyncDispose]()
    },
  }
}

function goods(): readonly object[] {
  return [
    ...['web-data', 'bare-data', 'agent-data', 'job-data', 'nobody-data'].map((name) => claimNamed(name)),
    controllerOf('Deployment', 'web', podSpec(PATIENT, ['web-data']), {
      replicas: 1,
      annotations: { 'salvage-kit.io/quiesce': 'scale', 'salvage-kit.io/tides': 'nightly' },
    }),
    controllerOf('StatefulSet', 'db', podSpec(DEAF), {
      replicas: 2,
      serviceName: 'db',
      annotations: { 'salvage-kit.io/quiesce': 'scale' },
      volumeClaimTemplates: [claimNamed('data')],
    }),
    controllerOf('Deployment', 'auto', podSpec(PATIENT), { replicas: 2 }),
    AUTOSCALER,
    controllerOf('DaemonSet', 'agent', podSpec(PATIENT, ['agent-data'])),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'bare',
        annotations: {
          'salvage-kit.io/pre': 'sh -c "echo quiesced >>/room/log; touch /room/held"',
          'salvage-kit.io/post': 'sh -c "echo thawed >>/room/log; rm -f /room/held"',
        },
      },
      spec: podSpec(PATIENT, ['bare-data']),
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'import' },
      spec: { template: { spec: podSpec(PATIENT, ['job-data'], { restartPolicy: 'Never' }) } },
    },
  ]
}

function inShop(object: object): object {
  const metadata = 'metadata' in object && typeof object.metadata === 'object' ? object.metadata : {}
  return { ...object, metadata: { ...metadata, namespace: NAMESPACE } }
}
