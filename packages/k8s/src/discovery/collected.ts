import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import type { Controller } from '../workload/controller.ts'
import { controller } from '../workload/controller.ts'
import type { Pod } from '../workload/pod.ts'
import { controllerOf, isExposure, podOf } from '../workload/pod.ts'

/** What a namespace holds, as far as surveys need it. */
export interface Collected {
  readonly namespace: string
  readonly pods: readonly Pod[]
  /** Without those that are being removed or were made for a copy. */
  readonly claims: readonly Metadata[]
  readonly controllers: readonly Controller[]
  /** By the uid of a ReplicaSet: the name of its Deployment. */
  readonly deployments: ReadonlyMap<string, string>
}

/** Five lists at once, page by page; of claims and ReplicaSets the metadata alone. */
export async function collect(cluster: Cluster, namespace: string, options: CallOptions): Promise<Collected> {
  const scope = { namespace }
  const [pods, claims, deployments, statefulSets, replicaSets] = await Promise.all([
    mapped(cluster.list(KINDS.pod, scope, options), podOf),
    mapped(cluster.listMetadata(KINDS.claim, scope, options), ({ metadata }) => metadata),
    mapped(cluster.list(KINDS.deployment, scope, options), (one) => controller('deployment', one)),
    mapped(cluster.list(KINDS.statefulSet, scope, options), (one) => controller('statefulset', one)),
    deploymentsOf(cluster, namespace, options),
  ])
  return {
    namespace,
    pods: pods.filter((pod) => !pod.own),
    claims: claims.filter((one) => one.deletionTimestamp === undefined && !isExposure(one)),
    controllers: [...deployments, ...statefulSets],
    deployments: replicaSets,
  }
}

/** By the uid of each ReplicaSet: the name of its Deployment. */
export async function deploymentsOf(
  cluster: Cluster,
  namespace: string,
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = await mapped(cluster.listMetadata(KINDS.replicaSet, { namespace }, options), ({ metadata }) => {
    const owner = controllerOf(metadata)
    return owner?.kind === 'Deployment' ? ([metadata.uid ?? '', owner.name] as const) : undefined
  })
  return new Map(found.filter((one) => one !== undefined))
}

async function mapped<From, To>(items: AsyncIterable<From>, map: (item: From) => To): Promise<To[]> {
  const all: To[] = []
  for await (const item of items) all.push(map(item))
  return all
}
