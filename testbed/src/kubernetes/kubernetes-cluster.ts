import { auditLogOf } from './api-server.ts'
import { clearPlace, sweepPlaces } from './clear.ts'
import type { KubernetesCluster } from './cluster.ts'
import { clusterHandle } from './cluster.ts'
import { apiOptions, controlPlane, kubeconfigOf, scratchOf, startControlPlane } from './control-plane.ts'
import { foreignCluster } from './foreign-cluster.ts'
import { tool } from './go-tools.ts'
import { newLink } from './node/link.ts'
import { nodeMachinery, startNodeCluster } from './node/node-cluster.ts'
import { ownPlace } from './place.ts'
import type { ClusterPlace } from './place.ts'
import { recordCluster, recordedCluster } from './record.ts'
import type { RecordedCluster } from './record.ts'

/**
 * How much of a cluster. Several of either at once do not meet.
 *
 * `api`: etcd and kube-apiserver alone, no controllers and no node. Every kind of snapshot is known; pods stay pending; a
 * namespace that is deleted stays `Terminating`; what has no finalizer goes at once. It takes some five seconds, and the
 * part `kubernetes-api`.
 *
 * `node`: pods run, on one node, and volumes and snapshots of a CSI driver are made. It takes some fifteen seconds and
 * 1.3 GB, and the part `kubernetes`.
 */
export type ClusterLevel = 'api' | 'node'

/** What is special about it. */
export interface ClusterOptions {
  readonly level: ClusterLevel
  /** Of the disk that all volumes and snapshots of a node share, at least 128: the way to a full one. */
  readonly diskMegabytes?: number
}

/** Sparse: what nobody writes costs nothing. */
const DISK_MEGABYTES = 24_576

/**
 * Brings a cluster up: `await using cluster = await kubernetesCluster({ level: 'node' })`. Where `KUBECONFIG` is set, that
 * one is taken for the level `node`, and stays.
 */
export async function kubernetesCluster(options: ClusterOptions): Promise<KubernetesCluster> {
  const theirs = process.env['KUBECONFIG'] ?? ''
  if (options.level === 'node' && theirs !== '') return runningCluster(theirs)
  await sweepPlaces()
  return startCluster(ownPlace(), options)
}

/** The one that `KUBECONFIG` names: of one that `up.ts` brought up there is more to take hold of. */
async function runningCluster(kubeconfig: string): Promise<KubernetesCluster> {
  process.stderr.write(`the cluster of ${kubeconfig} is used\n`)
  const known = recordedCluster(kubeconfig)
  return known === undefined ? foreignCluster(kubeconfig) : handleOf(known, async () => {})
}

/** Brings one up in a place; what it made is taken away when that fails. */
export async function startCluster(place: ClusterPlace, options: ClusterOptions): Promise<KubernetesCluster> {
  const link = options.level === 'node' ? newLink(place.folder) : undefined
  const cluster = { place, ...(link === undefined ? {} : { link }) }
  try {
    await (link === undefined
      ? startControlPlane(place, apiOptions(cluster))
      : startNodeCluster(place, link, options.diskMegabytes ?? DISK_MEGABYTES))
    recordCluster(cluster)
    return await handleOf(cluster, async () => clearPlace(place.folder))
  } catch (error) {
    await clearPlace(place.folder)
    throw error
  }
}

async function handleOf(cluster: RecordedCluster, dispose: () => Promise<void>): Promise<KubernetesCluster> {
  const { place, link } = cluster
  const { folder } = place
  const plane = controlPlane(place, apiOptions(cluster))
  return clusterHandle({
    kubeconfig: kubeconfigOf(folder, 'admin'),
    kubectlProgram: tool('kube', 'kubectl'),
    scratch: scratchOf(folder),
    machinery: {
      folder,
      auditLog: auditLogOf(folder),
      apiServer: plane.apiServer,
      etcd: plane.etcd,
      node: link === undefined ? undefined : nodeMachinery(place, link),
    },
    dispose,
  })
}
