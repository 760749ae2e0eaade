import type { Backend } from '@salvage-kit/core'
import type { Cluster } from './client/cluster.ts'
import type { DiscoverySettings } from './discovery/discovery.ts'
import { kubernetesDiscovery } from './discovery/discovery.ts'
import { dumpQuiescer } from './quiesce/dump.ts'
import { execQuiescer } from './quiesce/exec.ts'
import { scaleQuiescer } from './quiesce/scale.ts'

/** What {@link kubernetes} takes. */
export type KubernetesSettings = DiscoverySettings

/** Namespaces of a cluster: their claims, and what writes to them. Calls nothing before something is asked. */
export function kubernetes(cluster: Cluster, settings: KubernetesSettings = {}): Backend {
  return {
    id: 'k8s',
    discovery: kubernetesDiscovery(cluster, settings),
    quiescers: [scaleQuiescer(cluster), execQuiescer(cluster), dumpQuiescer(cluster)],
  }
}
