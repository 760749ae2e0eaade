import { auditLogOf } from './api-server.ts'
import type { KubernetesCluster } from './cluster.ts'
import { clusterHandle } from './cluster.ts'
import { kubeconfigOf, scratchOf, startControlPlane } from './control-plane.ts'
import type { ControlPlane } from './control-plane.ts'
import { foreignCluster } from './foreign-cluster.ts'
import { tool } from './go-tools.ts'
import { clearPlace, ownPlace, sweepPlaces } from './place.ts'
import type { ClusterPlace } from './place.ts'

/**
 * How much of a cluster. `api`: etcd and kube-apiserver alone, no controllers and no node. Every kind of snapshot is known;
 * pods stay pending; a namespace that is deleted stays `Terminating`; what has no finalizer goes at once. Several at once
 * do not meet. It takes some five seconds, and the part `kubernetes-api`.
 */
export type ClusterLevel = 'api'

/**
 * Brings a cluster up: `await using cluster = await kubernetesCluster({ level: 'api' })`. Where `KUBECONFIG` is set, that
 * one is taken for the level `node`.
 */
export async function kubernetesCluster(options: { readonly level: ClusterLevel }): Promise<KubernetesCluster> {
  const theirs = process.env['KUBECONFIG'] ?? ''
  if (options.level !== 'api' && theirs !== '') return foreignCluster(theirs)
  await sweepPlaces(clearPlace)
  return apiCluster(ownPlace())
}

async function apiCluster(place: ClusterPlace): Promise<KubernetesCluster> {
  try {
    const plane = await startControlPlane(place, { address: place.loopback, node: false })
    return await handleOf(place, plane)
  } catch (error) {
    await clearPlace(place.folder)
    throw error
  }
}

async function handleOf({ folder }: ClusterPlace, plane: ControlPlane): Promise<KubernetesCluster> {
  return clusterHandle({
    kubeconfig: kubeconfigOf(folder, 'admin'),
    kubectlProgram: tool('kube', 'kubectl'),
    scratch: scratchOf(folder),
    machinery: { folder, auditLog: auditLogOf(folder), apiServer: plane.apiServer, etcd: plane.etcd },
    dispose: async () => clearPlace(folder),
  })
}
