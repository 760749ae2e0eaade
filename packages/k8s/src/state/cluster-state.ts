import type { Journal } from '@salvage-kit/core'
import type { Cluster, Permission } from '../client/cluster.ts'
import { fencedCluster } from './fence/fenced-cluster.ts'
import { fencedJournal } from './fence/fenced-journal.ts'
import { configMapJournal } from './journal/config-map-journal.ts'
import { leaseLocks } from './lock/lease-locks.ts'
import type { LeaseLocks, LockSettings } from './lock/lease-locks.ts'

/** What a process without a disk keeps in the cluster, fenced: see `fencedJournal` and `fencedCluster`. */
export interface ClusterState {
  readonly journal: Journal
  readonly locks: LeaseLocks
  /** The same cluster, for the backends. */
  readonly cluster: Cluster
}

/**
 * Journal and locks at one place: the ConfigMaps `NAME` and `NAME-locks`, and Leases `NAME-…`, one for each process at once.
 * Nothing is called before something is asked. All three must be used together: the journal opens entries of those runs
 * only that these locks hold.
 */
export function clusterState(cluster: Cluster, settings: LockSettings): ClusterState {
  const locks = leaseLocks(cluster, settings)
  const journal = configMapJournal(cluster, settings)
  return {
    journal: fencedJournal(journal, async (runId, options) => locks.prove(runId, options), settings.patienceMs),
    locks,
    cluster: fencedCluster(cluster, () => locks.held()),
  }
}

const GROUPS = [
  ['', 'configmaps', ['get', 'create', 'patch']],
  ['coordination.k8s.io', 'leases', ['get', 'list', 'create', 'patch']],
] as const

/** What state in the cluster takes: rights of its one namespace, and none to remove anything. */
export const STATE_PERMISSIONS: readonly Permission[] = GROUPS.flatMap(([group, resource, verbs]) =>
  verbs.map((verb) => ({ verb, group, resource })),
)
