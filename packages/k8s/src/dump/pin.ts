import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { presentPods } from '../workload/pods-of.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { nameOf } from '../workload/workload-id.ts'
import type { HookPlace } from '../quiesce/exec-token.ts'

/** Which pod and container of a workload a dump is of. */
export interface DumpSpot {
  /** Absent: the first by name that runs and is not about to go. */
  readonly pod?: string
  /** Absent: the first of the pod. */
  readonly container?: string
}

/**
 * The one container that all of a dump goes to, looked up once. Undefined when the workload has no pods: nothing writes then.
 * Rejects with `DUMP.NO_POD` when it has some and none of them will do.
 */
export async function pinDump(
  cluster: Cluster,
  of: WorkloadName,
  spot: DumpSpot,
  options: CallOptions,
): Promise<HookPlace | undefined> {
  const pods = (await presentPods(cluster, of, options)).filter((pod) => !pod.own)
  if (pods.length === 0) return undefined
  for (const pod of pods) {
    if (pod.going || !pod.live || (spot.pod !== undefined && spot.pod !== pod.name)) continue
    const container = spot.container ?? pod.containers[0] ?? ''
    const containerId = pod.running.get(container)
    if (containerId !== undefined) return { pod: pod.name, uid: pod.uid, container, containerId }
  }
  const container = spot.container === undefined ? '' : ` container "${spot.container}" in`
  throw new SalvageError(
    'DUMP.NO_POD',
    `there is no running${container} ${spot.pod ?? 'pod'} of ${nameOf(of)} to dump from`,
    {
      why: `there are ${pods.map((pod) => `${pod.name}${pod.going ? ' (going)' : ''}`).join(', ')}`,
      hint: 'wait until it runs, or name the pod and the container',
      retryable: true,
      untouched: true,
    },
  )
}
