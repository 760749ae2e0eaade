import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Controller } from './controller.ts'
import { controller } from './controller.ts'
import type { Pod } from './pod.ts'
import { podOf } from './pod.ts'
import type { WorkloadName } from './workload-id.ts'
import { scalable } from './workload-id.ts'

/** The Deployment or StatefulSet of this name as it is now; undefined when there is none, or the kind is another. */
export async function readController(
  cluster: Cluster,
  { namespace, kind, name }: WorkloadName,
  options: CallOptions,
): Promise<Controller | undefined> {
  const resourceKind = scalable(kind)
  if (resourceKind === undefined) return undefined
  const found = await cluster.get(resourceKind, { namespace, name }, options)
  return found === undefined ? undefined : controller(kind, found)
}

/** The pods of a workload that have not ended, and those that are about to go, sorted by name. */
export async function presentPods(
  cluster: Cluster,
  of: WorkloadName & { readonly selector?: string },
  options: CallOptions,
): Promise<readonly Pod[]> {
  const { namespace, kind, name, selector } = of
  if (kind === 'pod') {
    const found = await cluster.get(KINDS.pod, { namespace, name }, options)
    return found === undefined ? [] : [podOf(found)].filter(isPresent)
  }
  const scope = { namespace, ...(selector === undefined || selector === '' ? {} : { labelSelector: selector }) }
  const pods: Pod[] = []
  for await (const resource of cluster.list(KINDS.pod, scope, options)) {
    const pod = podOf(resource)
    if (isPresent(pod) && isOf(pod, of)) pods.push(pod)
  }
  return pods.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** A ReplicaSet bears the name of its Deployment and one word more; it may be gone before its pods are. */
function isOf({ owner }: Pod, { kind, name }: WorkloadName): boolean {
  if (owner === undefined) return false
  if (kind !== 'deployment') return owner.kind.toLowerCase() === kind && owner.name === name
  return owner.kind === 'ReplicaSet' && owner.name.replace(/-[^-]+$/, '') === name
}

/** One that failed and was left there, such as an evicted one, has let go of everything. */
function isPresent({ live, going }: Pod): boolean {
  return live || going
}
