import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { kubernetesCluster } from '@salvage-kit/testbed'

/** The class of snapshots that the driver of the testbed has. */
export const CLASS = 'csi-hostpath-snapclass'

/** A namespace in which a Deployment writes to a claim all the time. */
export interface Shop extends AsyncDisposable {
  readonly kubernetes: KubernetesCluster
  readonly namespace: string
  /** `k8s:NAMESPACE/data`. */
  readonly target: `k8s:${string}`
  readonly kubectl: (...args: readonly string[]) => Promise<string>
  /** Runs a command in a pod of its own that has the claim mounted at `/data`, and resolves with what it said. */
  readonly look: (claim: string, ...command: readonly string[]) => Promise<string>
  readonly replicas: () => Promise<number>
  readonly snapshots: () => Promise<readonly string[]>
}

/** Brings a node up, and the Deployment `web` on it with a file of random bytes in its claim `data`. */
export async function openShop(): Promise<Shop> {
  const kubernetes = await kubernetesCluster({ level: 'node' })
  const namespace = `sk-cli-${randomBytes(3).toString('hex')}`
  const kubectl = async (...args: readonly string[]): Promise<string> => kubernetes.kubectl(['-n', namespace, ...args])
  await kubernetes.kubectl(['create', 'namespace', namespace])
  await kubernetes.apply(...shopManifests(namespace))
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  const names = async (kind: string): Promise<readonly string[]> =>
    (await kubectl('get', kind, '-o', 'name')).split('\n').filter(Boolean)
  return {
    kubernetes,
    namespace,
    target: `k8s:${namespace}/data`,
    kubectl,
    look: async (claim, ...command) => {
      const name = `look-${randomBytes(3).toString('hex')}`
      await kubernetes.apply(reader(namespace, name, claim))
      await kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s')
      const said = await kubectl('exec', name, '--', ...command)
      await kubectl('delete', 'pod', name, '--wait=false')
      return said
    },
    replicas: async () => Number(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')),
    snapshots: async () => names('volumesnapshot'),
    [Symbol.asyncDispose]: async () => {
      await kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await kubernetes[Symbol.asyncDispose]()
    },
  }
}

/** Resolves when it is so. */
export async function until(holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  const over = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > over) throw new Error('it has not come about')
    await sleep(200)
  }
}

/** A claim `data` and a Deployment `web` that is scaled down for its copies. */
export function shopManifests(namespace: string): readonly object[] {
  const script = [
    '[ -e /data/seed ] || { head -c 4000000 /dev/urandom >/data/seed.new; sync /data/seed.new; mv /data/seed.new /data/seed; }',
    'i=0; while true; do i=$((i+1)); echo $i >>/data/log; sync /data/log; sleep 0.2; done',
  ]
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'csi-hostpath-sc',
        resources: { requests: { storage: '1Gi' } },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace, annotations: { 'salvage-kit.io/quiesce': 'scale' } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: podSpec('data', script.join('\n'), {
            exec: { command: ['test', '-e', '/data/seed'] },
            periodSeconds: 1,
          }),
        },
      },
    },
  ]
}

function reader(namespace: string, name: string, claim: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: podSpec(claim, 'exec sleep 3600') }
}

function podSpec(claim: string, script: string, readinessProbe?: object): object {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: 'salvage-test/busybox',
        imagePullPolicy: 'Never',
        command: ['sh', '-c', script],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        ...(readinessProbe === undefined ? {} : { readinessProbe }),
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
  }
}
