import { randomBytes } from 'node:crypto'
import type { ClaimSource, Json } from '@salvage-kit/core'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { roleFor } from '../../../src/client/role.ts'
import { JOB_EVENT_PERMISSIONS, JOB_PERMISSIONS } from '../../../src/crane/permission.ts'
import { stateOf } from '../../../src/crane/pod-state.ts'
import type { JobCraneSettings } from '../../../src/crane/settings.ts'
import { DISCOVERY_PERMISSIONS } from '../../../src/discovery/permission.ts'
import { SNAPSHOT_PERMISSIONS } from '../../../src/snapshot/permission.ts'
import { KINDS, type ResourceKind } from '../../../src/resource/kind.ts'
import { newTenant, type Tenant } from '../snapshot/tenant.ts'
import { repository, repositoryVolume, RESTIC_IMAGE, RESTIC_STORE, secret } from './restic-store.ts'

const signal = new AbortController().signal

/** Two namespaces, of which the first is `restricted`, with the same repository in both, and a user who may run Jobs there. */
export interface Yard extends AsyncDisposable {
  readonly tenant: Tenant
  readonly elsewhere: string
  readonly account: string
  /** Of the user. */
  readonly cluster: Cluster
  readonly settings: JobCraneSettings
  readonly newClaimElsewhere: (name: string, storageClass?: string) => Promise<ClaimSource>
  readonly kubeconfig: string
  /** The store of `settings` as a configuration has it, which any namespace admits. */
  readonly storeEntry: Json
  /** Jobs and pods of cranes, in both. */
  readonly leftovers: () => Promise<readonly string[]>
  /** Pods of cranes that run right now, in both. */
  readonly working: () => Promise<readonly string[]>
  /** Everything of both that a run could leave: Jobs, pods, claims, snapshots, ConfigMaps, Secrets. */
  readonly everything: () => Promise<readonly string[]>
}

/** Brings the cluster up. */
export async function openYard(): Promise<Yard> {
  const tenant = await newTenant()
  const { kubernetes, namespace, admin } = tenant
  const elsewhere = `${namespace}-b`
  const { node, folder } = kubernetes.machinery ?? {}
  if (node === undefined || folder === undefined) throw new Error('the node is out of reach')
  await node.loadImages(RESTIC_IMAGE)
  await kubernetes.kubectl(['create', 'namespace', elsewhere])
  const standard = 'pod-security.kubernetes.io/enforce'
  await kubernetes.kubectl(['label', 'namespace', namespace, `${standard}=restricted`])
  await kubernetes.kubectl(['label', 'namespace', elsewhere, `${standard}=baseline`])
  const kubeconfig = await kubernetes.serviceAccount(namespace, 'cranes')
  const subject = { kind: 'ServiceAccount', name: 'cranes', namespace } as const
  const wanted = [...JOB_PERMISSIONS, ...JOB_EVENT_PERMISSIONS, ...SNAPSHOT_PERMISSIONS, ...DISCOVERY_PERMISSIONS]
  const path = `${folder}/repository-${namespace}`
  await node.run('install', ['-d', '-m', '0777', path])
  for (const where of [namespace, elsewhere]) {
    await kubernetes.apply(roleFor(wanted, { namespace: where, subject, name: 'cranes' }))
    await kubernetes.apply(...repository(where, path), secret(where))
  }
  const cluster = await connect({ kubeconfig, namespace, environment: {} })
  const names = async (kind: ResourceKind, where: string): Promise<readonly string[]> => {
    const found: string[] = []
    const scope = { namespace: where, labelSelector: 'salvage-kit.io/role=crane' }
    for await (const { metadata } of admin.listMetadata(kind, scope, { signal })) found.push(metadata.name)
    return found
  }
  return {
    tenant,
    elsewhere,
    account: `system:serviceaccount:${namespace}:cranes`,
    cluster,
    kubeconfig,
    storeEntry: RESTIC_STORE,
    settings: {
      image: RESTIC_IMAGE,
      pull: 'Never',
      contract2: { actions: ['lift', 'lower', 'list', 'check', 'forget'], deduplicates: true },
      env: { RESTIC_REPOSITORY: '/repository/restic' },
      secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'password' } },
      mounts: { repository: '/repository' },
      scratch: ['/tmp', '/cache', '/etc/ssh/ssh_config.d'],
      startMs: 60_000,
    },
    newClaimElsewhere: async (name, storageClassName = 'csi-hostpath-wait') => {
      const spec = {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        resources: { requests: { storage: '1Gi' } },
      }
      const metadata = { namespace: elsewhere, name }
      await admin.create(KINDS.claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }, { signal })
      return { medium: 'pvc', namespace: elsewhere, name }
    },
    working: async () => {
      const pods = await Promise.all([namespace, elsewhere].map(async (where) => podsAtWork(admin, where)))
      return pods.flat()
    },
    everything: async () => {
      const found: string[] = []
      for (const kind of EVERYTHING)
        for (const where of [namespace, elsewhere])
          for await (const { metadata } of admin.listMetadata(kind, { namespace: where }, { signal }))
            found.push(`${kind.kind} ${where}/${metadata.name}`)
      return found.toSorted()
    },
    leftovers: async () =>
      (
        await Promise.all(
          [KINDS.job, KINDS.pod].flatMap((kind) => [namespace, elsewhere].map(async (where) => names(kind, where))),
        )
      ).flat(),
    async [Symbol.asyncDispose]() {
      await kubernetes.kubectl(['delete', 'namespace', elsewhere, '--wait=false'])
      for (const where of [namespace, elsewhere])
        await kubernetes.kubectl(['delete', 'persistentvolume', repositoryVolume(where), '--wait=false'])
      await cluster[Symbol.asyncDispose]()
      await tenant[Symbol.asyncDispose]()
    },
  }
}

const EVERYTHING = [
  KINDS.job,
  KINDS.pod,
  KINDS.claim,
  KINDS.volumeSnapshot,
  core('ConfigMap', 'configmaps'),
  core('Secret', 'secrets'),
]

function core(kind: string, plural: string): ResourceKind {
  return { group: '', version: 'v1', kind, plural, namespaced: true }
}

async function podsAtWork(admin: Cluster, namespace: string): Promise<readonly string[]> {
  const names: string[] = []
  const scope = { namespace, labelSelector: 'salvage-kit.io/crane-action in (lift, lower)' }
  for await (const pod of admin.list(KINDS.pod, scope, { signal }))
    if (stateOf(pod).is === 'running') names.push(pod.metadata.name)
  return names
}

/** A name for one lift. */
export function liftId(): string {
  return `run-${randomBytes(4).toString('hex')}-1`
}
