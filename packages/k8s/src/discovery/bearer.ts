import type { Pod } from '../workload/pod.ts'
import type { WorkloadName } from '../workload/workload-id.ts'

/** The workload that a pod belongs to: its controller, the Deployment of that, or the pod itself. */
export function bearerOf({ namespace, name, owner }: Pod, deployments: ReadonlyMap<string, string>): WorkloadName {
  if (owner === undefined) return { namespace, kind: 'pod', name }
  const deployment = owner.kind === 'ReplicaSet' ? deployments.get(owner.uid) : undefined
  if (deployment !== undefined) return { namespace, kind: 'deployment', name: deployment }
  return { namespace, kind: owner.kind.toLowerCase(), name: owner.name }
}
