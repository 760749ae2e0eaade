import { memoryCatalog, memoryJournal, memoryLocks } from '@salvage-kit/core'
import type { Backend, ClaimSource, PointOrigin, Rig, RunEvent, Store } from '@salvage-kit/core'
import { EXCHANGE_PERMISSIONS } from '../../../src/exchange/permission.ts'
import { DISCOVERY_PERMISSIONS, kubernetes, roleFor, SCALE_PERMISSIONS } from '../../../src/index.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { kept, options, refOf } from '../snapshot/cut.ts'
import { newTenant } from '../snapshot/tenant.ts'
import type { Tenant } from '../snapshot/tenant.ts'

export const CLASS = 'csi-hostpath-snapclass'
export const STORE: Store = { ref: 'csi:', crane: 'csi', settings: {} }

/** A tenant who may restore in place in the namespace, and nothing elsewhere. */
export async function openTenancy(): Promise<Tenant> {
  const tenant = await newTenant()
  const { namespace, account } = tenant
  const subject = { kind: 'ServiceAccount', name: account.slice(namespace.length + 1) } as const
  const wanted = [...EXCHANGE_PERMISSIONS, ...SCALE_PERMISSIONS, ...DISCOVERY_PERMISSIONS]
  await tenant.kubernetes.apply(roleFor(wanted, { namespace, subject, name: 'exchange' }))
  return tenant
}

/** The whole backend of a tenant. */
export function backendOf({ cluster, namespace }: Pick<Tenant, 'cluster' | 'namespace'>): Backend {
  return kubernetes(cluster, { namespaces: [namespace], snapshotClass: CLASS })
}

/** What a process of a tenant works with; it ends with this process. */
export function rigOf(tenant: Tenant, events: RunEvent[] = []): Rig {
  return {
    backends: [backendOf(tenant)],
    journal: memoryJournal(),
    catalog: memoryCatalog(),
    locks: memoryLocks(),
    report: (event) => void events.push(event),
    now: () => new Date(),
  }
}

let count = 0

/** Keeps the claim as it is now. */
export async function keptPoint({ cluster, namespace }: Tenant, source: ClaimSource): Promise<PointOrigin> {
  const snapshotter = csiSnapshotter(cluster, { namespaces: [namespace], class: CLASS })
  count += 1
  const ref = kept(await refOf(snapshotter, source, `point-${String(count)}`), STORE)
  await snapshotter.take(ref, options)
  const archive = await snapshotter.keeps?.keep(ref, options)
  if (archive === undefined) throw new Error('nothing was kept')
  return { point: archive.point, store: STORE }
}

/** Pods of a shell that show what they found, and stay. */
const POD = {
  terminationGracePeriodSeconds: 1,
  containers: [
    {
      name: 'main',
      image: 'salvage-test/busybox',
      imagePullPolicy: 'Never',
      command: ['sh', '-c', 'trap "exit 0" TERM; cat /data/file; echo; while :; do sleep 0.2; done'],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
}

/** A Deployment of one pod that has a claim. */
export function deploymentOn(namespace: string, name: string, claimName: string): object {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }]
  return controller('Deployment', namespace, name, { template: { ...POD, volumes }, replicas: 1 })
}

/** A StatefulSet of two pods, each with a claim of its own that goes when it goes, and waits for its pod. */
export function statefulSetIn(namespace: string, name: string): object {
  const resources = { requests: { storage: '1Gi' } }
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'csi-hostpath-wait', resources }
  return controller('StatefulSet', namespace, name, {
    template: POD,
    replicas: 2,
    serviceName: name,
    volumeClaimTemplates: [{ metadata: { name: 'data', labels: { from: 'template' } }, spec }],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  })
}

function controller(
  kind: string,
  namespace: string,
  name: string,
  { template, ...more }: { readonly template: object; readonly [key: string]: unknown },
): object {
  const labels = { app: name }
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: template }, ...more }
  return { apiVersion: 'apps/v1', kind, metadata: { namespace, name }, spec }
}
