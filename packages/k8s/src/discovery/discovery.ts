import type { Discovery } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { sameClaim } from './confirm.ts'
import { surveyNamespaces } from './survey.ts'
import { watchNamespaces } from './watch.ts'

/** What {@link kubernetesDiscovery} takes. */
export interface DiscoverySettings {
  /** Absent: the one of the cluster's context. */
  readonly namespaces?: readonly string[]
  /** How the cluster is called in restore points; absent: by the uid of the namespace, where that may be read. */
  readonly name?: string
}

/** Finds the claims and workloads of namespaces; see `surveyNamespaces`, `watchNamespaces` and `sameClaim`. */
export function kubernetesDiscovery(cluster: Cluster, settings: DiscoverySettings = {}): Required<Discovery> {
  const { namespaces = [cluster.namespace], name } = settings
  return {
    survey: (options) => surveyNamespaces(cluster, namespaces, { ...options, ...(name === undefined ? {} : { name }) }),
    watch: (options) => watchNamespaces(cluster, namespaces, options),
    confirm: (source, options) => sameClaim(cluster, source, options),
  }
}
