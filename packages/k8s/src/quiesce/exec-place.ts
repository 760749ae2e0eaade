import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Pod } from '../workload/pod.ts'
import { podOf } from '../workload/pod.ts'
import { presentPods } from '../workload/pods-of.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { nameOf } from '../workload/workload-id.ts'
import type { HookPlace } from './exec-token.ts'

/**
 * The container of each pod of a workload; none when it has no pods. Rejects with `HOOK.NO_CONTAINER` when a pod has no such
 * container, or it does not run: what it is about to do is not known.
 */
export async function placesOf(
  cluster: Cluster,
  of: WorkloadName,
  container: string | undefined,
  options: CallOptions,
): Promise<readonly HookPlace[]> {
  const pods = await presentPods(cluster, of, options)
  return pods.filter((pod) => pod.live && !pod.own).map((pod) => placeIn(pod, container ?? pod.containers[0] ?? '', of))
}

function placeIn(pod: Pod, container: string, of: WorkloadName): HookPlace {
  const containerId = pod.running.get(container)
  if (containerId !== undefined) return { pod: pod.name, uid: pod.uid, container, containerId }
  const known = pod.containers.includes(container)
  throw new SalvageError(
    'HOOK.NO_CONTAINER',
    `container "${container}" of pod ${pod.namespace}/${pod.name} does not run`,
    {
      why: known ? `the pod of ${nameOf(of)} is starting or failing` : `it has ${pod.containers.join(', ')}`,
      retryable: known,
      untouched: true,
    },
  )
}

/** What became of a container since it was looked at; undefined when it is the same and runs. */
export async function departure(
  cluster: Cluster,
  namespace: string,
  { pod: name, uid, container, containerId }: HookPlace,
  options: CallOptions,
): Promise<string | undefined> {
  const found = await cluster.get(KINDS.pod, { namespace, name }, options)
  if (found === undefined) return `pod ${namespace}/${name} was removed`
  const pod = podOf(found)
  if (pod.uid !== uid) return `pod ${namespace}/${name} was made anew`
  const now = pod.running.get(container)
  if (now === undefined) return `container "${container}" of pod ${namespace}/${name} does not run any more`
  return now === containerId ? undefined : `container "${container}" of pod ${namespace}/${name} was restarted`
}
