import { kubernetesCluster } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { vi } from 'vitest'
import type { Cluster, DumpPlace } from '../../../src/index.ts'
import {
  connect,
  DISCOVERY_PERMISSIONS,
  EXEC_PERMISSIONS,
  roleFor,
  runScript,
  SNAPSHOT_PERMISSIONS,
} from '../../../src/index.ts'
import { claimNamed, controllerOf } from '../quiesce/manifest.ts'

/** A client of the database, in its container. */
export const PSQL = 'psql -XAtq -h 127.0.0.1 postgres'

/** A namespace with PostgreSQL in the StatefulSet `db`, where it is the first process of its container. */
export interface PostgresTenant extends AsyncDisposable {
  readonly on: KubernetesCluster
  /** With the rights of a tenant that dumps. */
  readonly cluster: Cluster
  readonly kubeconfig: string
  /** What a script says in the container; rejects when it fails. */
  inside(script: string): Promise<string>
  /** Resolves when the pod is ready, also one that was made anew. */
  ready(): Promise<void>
}

/** Where its dump is. */
export function placeIn(namespace: string): DumpPlace {
  return {
    where: { namespace, pod: 'db-0', container: 'postgres' },
    recipe: { database: 'postgres', name: 'postgres', fullPercent: 100 },
  }
}

/** Makes one, and waits until it is ready. */
export async function postgresTenant(namespace: string): Promise<PostgresTenant> {
  const on = await kubernetesCluster({ level: 'node' })
  await on.machinery?.node?.loadImages('salvage-test/postgres')
  await on.kubectl(['create', 'namespace', namespace])
  const kubeconfig = await on.serviceAccount(namespace, 'tenant')
  const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
  await on.apply(
    roleFor([...DISCOVERY_PERMISSIONS, ...EXEC_PERMISSIONS, ...SNAPSHOT_PERMISSIONS], { namespace, subject }),
  )
  const cluster = await connect({ kubeconfig, environment: {} })
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'postgres',
        image: 'salvage-test/postgres',
        imagePullPolicy: 'Never',
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql' }],
        readinessProbe: { exec: { command: ['pg_isready', '-h', '127.0.0.1'] }, periodSeconds: 1 },
      },
    ],
  }
  const db = controllerOf('StatefulSet', 'db', spec, {
    serviceName: 'db',
    annotations: { 'salvage-kit.io/dump': 'postgres', 'salvage-kit.io/dump-full-percent': '100' },
    volumeClaimTemplates: [claimNamed('data')],
  })
  const metadata = 'metadata' in db && typeof db.metadata === 'object' ? db.metadata : {}
  await on.apply({ ...db, metadata: { ...metadata, namespace } })
  const options = { signal: new AbortController().signal }
  const { where } = placeIn(namespace)
  const made: PostgresTenant = {
    on,
    cluster,
    kubeconfig,
    inside: async (script) => {
      const { code, stdout, stderr } = await runScript(cluster, where, { script }, options)
      if (code !== 0) throw new Error(`${script}: ${stderr}`)
      return stdout.toString().trim()
    },
    ready: async () => {
      await vi.waitUntil(async () => (await on.kubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])) !== '', {
        timeout: 60_000,
      })
      await on.kubectl(['-n', namespace, 'wait', '--for=condition=Ready', '--timeout=120s', 'pod/db-0'])
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster[Symbol.asyncDispose]()
      await on.kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await on[Symbol.asyncDispose]()
    },
  }
  await made.ready()
  return made
}
