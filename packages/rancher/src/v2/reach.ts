import type { Finding } from '@salvage-kit/core'
import type { ClusterDocument } from './client/schema.ts'

/**
 * Why nobody should call this cluster now, undefined when calls may be tried. The proxy answers for a cluster whose agent is
 * away only after half a minute, so this is told by what the server knows. Its state can be stale: a cluster that is called
 * active, or connected, is tried.
 */
export function awayFinding(cluster: ClusterDocument): Finding | undefined {
  const { id, name, state, transitioningMessage } = cluster
  const connected = cluster.conditions.find(({ type }) => type === 'Connected')
  if (state === 'active' || connected?.status === 'True') return undefined
  const ready = cluster.conditions.find(({ type, status }) => type === 'Ready' && status !== 'True')
  const why = [connected?.message, ready?.message, transitioningMessage].find(
    (words) => words !== undefined && words !== '',
  )
  return {
    code: 'RANCHER.CLUSTER_AWAY',
    message: `Rancher cannot reach the cluster ${name === '' ? id : name} (${id}), which is ${state === '' ? 'in no state' : state}`,
    why: why ?? 'its agent is not connected',
  }
}
