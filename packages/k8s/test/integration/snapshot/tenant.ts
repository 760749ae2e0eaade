import { randomBytes } from 'node:crypto'
import { kubernetesCluster, type KubernetesCluster } from '@salvage-kit/testbed'
import type { ClaimSource, Source } from '@salvage-kit/core'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { roleFor } from '../../../src/client/role.ts'
import { KINDS, type ResourceKind } from '../../../src/resource/kind.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { SNAPSHOT_PERMISSIONS } from '../../../src/snapshot/permission.ts'

const signal = new AbortController().signal
const ACCOUNT = 'keeper'
const VOLUME: ResourceKind = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
}
const bound = z.object({ spec: z.object({ volumeName: z.string() }), status: z.object({ phase: z.literal('Bound') }) })
const volume = z.object({ spec: z.object({ csi: z.object({ volumeHandle: z.string() }) }) })

/** A namespace of a cluster with a node, and a user who may do there what the package says that it takes, and nothing else. */
export interface Tenant extends AsyncDisposable {
  readonly kubernetes: KubernetesCluster
  readonly namespace: string
  readonly account: string
  /** Of the tenant. */
  readonly cluster: Cluster
  readonly admin: Cluster
  /** Makes a claim with a volume; its class may make it wait for a pod. */
  readonly newClaim: (storageClass?: string) => Promise<ClaimSource>
  readonly write: (source: Source, text: string) => Promise<void>
  readonly read: (source: Source, file?: string) => Promise<string>
  /** Snapshots of the namespace, and claims that show one. */
  readonly leftovers: () => Promise<readonly string[]>
  readonly removeAll: () => Promise<void>
  readonly kubectl: (...args: readonly string[]) => Promise<string>
}

/** Brings the cluster up. */
export async function newTenant(): Promise<Tenant> {
  const kubernetes = await kubernetesCluster({ level: 'node' })
  const namespace = `sk-cut-${randomBytes(3).toString('hex')}`
  const admin = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  await kubernetes.kubectl(['create', 'namespace', namespace])
  const kubeconfig = await kubernetes.serviceAccount(namespace, ACCOUNT)
  const subject = { kind: 'ServiceAccount', name: ACCOUNT } as const
  await kubernetes.apply(roleFor(SNAPSHOT_PERMISSIONS, { namespace, subject }))
  const cluster = await connect({ kubeconfig, namespace, environment: {} })
  const node = async (file: string, ...args: readonly string[]): Promise<string> => {
    const run = kubernetes.machinery?.node?.run
    if (run === undefined) throw new Error('the node is out of reach')
    return run(file, args)
  }
  const handleOf = async (source: Source): Promise<string> => {
    const claim = await admin.get(KINDS.claim, claimOf(source), { signal })
    if (claim === undefined) throw new Error('there is no such claim')
    const name = bound.safeParse(claim).data?.spec.volumeName
    const found = name === undefined ? undefined : await admin.get(VOLUME, { name }, { signal })
    return found === undefined ? '' : volume.parse(found).spec.csi.volumeHandle
  }
  /** A path of the node at which the content of a claim stands. */
  const pathOf = async (source: Source): Promise<string> => {
    let handle = await handleOf(source)
    const look = async (): Promise<void> => {
      handle = await handleOf(source)
      if (handle === '') throw new Error('it has no volume')
    }
    if (handle === '') await vi.waitFor(look, { timeout: 30_000 })
    return `${String(kubernetes.machinery?.folder)}/disk/volumes/${handle}`
  }
  const names = async (kind: ResourceKind, labelSelector = ''): Promise<readonly string[]> => {
    const found: string[] = []
    const scope = { namespace, labelSelector }
    for await (const { metadata } of admin.listMetadata(kind, scope, { signal })) found.push(metadata.name)
    return found
  }
  const leftovers = async (): Promise<readonly string[]> => [
    ...(await names(KINDS.volumeSnapshot)),
    ...(await names(KINDS.claim, 'salvage-kit.io/role=exposure')),
  ]
  let count = 0
  return {
    kubernetes,
    namespace,
    account: `${namespace}:${ACCOUNT}`,
    cluster,
    admin,
    leftovers,
    kubectl: async (...args) => kubernetes.kubectl(['--namespace', namespace, ...args]),
    newClaim: async (storageClassName = 'csi-hostpath-sc') => {
      count += 1
      const name = `data-${String(count)}`
      const spec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } }
      const metadata = { namespace, name }
      await admin.create(KINDS.claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }, { signal })
      const source = { medium: 'pvc', namespace, name } as const
      if (storageClassName === 'csi-hostpath-sc') await pathOf(source)
      return source
    },
    write: async (source, text) => {
      await node('sh', '-c', `printf %s "$1" > "$2/file" && sync -f "$2"`, 'sh', text, await pathOf(source))
    },
    read: async (source, file = 'file') => node('cat', `${await pathOf(source)}/${file}`),
    removeAll: async () => {
      for (const kind of [KINDS.claim, KINDS.volumeSnapshot])
        for (const name of await names(kind)) await admin.remove(kind, { namespace, name }, { signal })
      await vi.waitFor(async () => expect(await leftovers()).toEqual([]), { timeout: 30_000 })
    },
    async [Symbol.asyncDispose]() {
      await kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await Promise.all([cluster, admin].map(async (one) => one[Symbol.asyncDispose]()))
      await kubernetes[Symbol.asyncDispose]()
    },
  }
}
