import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesCluster, type KubernetesCluster } from '@salvage-kit/testbed'
import type { Source } from '@salvage-kit/core'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { roleFor } from '../../../src/client/role.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { SNAPSHOT_PERMISSIONS } from '../../../src/snapshot/permission.ts'

const signal = new AbortController().signal
const ACCOUNT = 'keeper'

/** A namespace of a cluster with a node, and a user who may do there what the package says that it takes, and nothing else. */
export interface Tenant extends AsyncDisposable {
  readonly kubernetes: KubernetesCluster
  readonly namespace: string
  readonly account: string
  /** Of the tenant. */
  readonly cluster: Cluster
  readonly admin: Cluster
  /** Makes a claim with a volume; its class may make it wait for a pod. */
  readonly newClaim: (storageClass?: string) => Promise<Source>
  readonly write: (source: Source, text: string) => Promise<void>
  readonly read: (source: Source) => Promise<string>
  /** Snapshots of the namespace, and claims that show one. */
  readonly leftovers: () => Promise<readonly string[]>
  /** A path of the node at which the content of a claim stands. */
  readonly pathOf: (source: Source) => Promise<string>
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
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    kubernetes.kubectl(['--namespace', namespace, ...args])
  const get = async (...args: readonly string[]): Promise<string> => (await kubectl('get', ...args)).trim()
  const node = async (file: string, ...args: readonly string[]): Promise<string> => {
    const run = kubernetes.machinery?.node?.run
    if (run === undefined) throw new Error('the node is out of reach')
    return run(file, args)
  }
  const pathOf = async (source: Source): Promise<string> => {
    const { name } = claimOf(source)
    for (let look = 0; look < 300; look += 1) {
      const volume = await get('pvc', name, '-o', 'jsonpath={.status.phase}/{.spec.volumeName}')
      if (volume.startsWith('Bound/')) {
        const handle = await get('pv', volume.slice('Bound/'.length), '-o', 'jsonpath={.spec.csi.volumeHandle}')
        return `${String(kubernetes.machinery?.folder)}/disk/volumes/${handle}`
      }
      await sleep(100)
    }
    throw new Error(`${name} gets no volume`)
  }
  let count = 0
  return {
    kubernetes,
    namespace,
    account: `${namespace}:${ACCOUNT}`,
    cluster,
    admin,
    kubectl,
    pathOf,
    newClaim: async (storageClassName = 'csi-hostpath-sc') => {
      count += 1
      const name = `data-${String(count)}`
      const spec = {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        resources: { requests: { storage: '1Gi' } },
      }
      const metadata = { namespace, name }
      await admin.create(KINDS.claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }, { signal })
      const source = { medium: 'pvc', namespace, name } as const
      if (storageClassName === 'csi-hostpath-sc') await pathOf(source)
      return source
    },
    write: async (source, text) => {
      await node('sh', '-c', `printf %s "$1" > "$2/file" && sync -f "$2"`, 'sh', text, await pathOf(source))
    },
    read: async (source) => node('cat', `${await pathOf(source)}/file`),
    leftovers: async () => {
      const names = ['-o', 'jsonpath={.items[*].metadata.name}']
      const found = await Promise.all([
        get('volumesnapshot', ...names),
        get('pvc', '-l', 'salvage-kit.io/role=exposure', ...names),
      ])
      return found.join(' ').split(' ').filter(Boolean)
    },
    async [Symbol.asyncDispose]() {
      await kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await Promise.all([cluster, admin].map(async (one) => one[Symbol.asyncDispose]()))
      await kubernetes[Symbol.asyncDispose]()
    },
  }
}
