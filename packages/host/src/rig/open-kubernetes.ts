import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Backend, CallOptions, Finding, Journal, LiftRef, Locks, Reference } from '@salvage-kit/core'
import type { Cluster, SlotSettings } from '@salvage-kit/k8s'
import type { SlotsEntry } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { jobCranes } from '../store/job-cranes.ts'
import type { KubernetesNeed } from './kubernetes-need.ts'
import { reachCluster } from './reach-cluster.ts'
import type { ReachedCluster } from './reach-cluster.ts'

/** What the rig has of Kubernetes. */
export interface OpenKubernetes {
  readonly cluster: Cluster
  readonly backend: Backend
  readonly namespaces: readonly string[]
  /** What a person should know of the way to the cluster. */
  readonly findings: readonly Finding[]
  /** What counts as the machine of a claim; undefined: the one that looks. */
  machineOf(namespace: string, options: CallOptions): Promise<string | undefined>
  /** The stores that have kept snapshots in these namespaces, whoever kept them. */
  keptIn(options: CallOptions): Promise<readonly Reference[]>
}

/** What opening takes. */
export interface KubernetesOpening {
  readonly loaded: LoadedConfig
  readonly need: KubernetesNeed
  /** `undefined` is that of the context, or those of the projects that are named. */
  readonly namespaces: ReadonlySet<string | undefined>
  /** Opened before, and fenced, where the state is in the cluster. */
  readonly cluster: Cluster | undefined
  readonly journal: Journal
  readonly locks: Locks
  readonly onLine: (ref: LiftRef, line: string) => void
}

/**
 * The backend, loaded only when it is needed; `opened` closes a cluster that was opened here. Rejects as `reachCluster` does
 * when it is required; when it is only wanted that is a finding.
 */
export async function openKubernetes(
  opening: KubernetesOpening,
  opened: AsyncDisposableStack,
  options: CallOptions,
): Promise<OpenKubernetes | Finding | undefined> {
  const { loaded, need, journal, locks, onLine } = opening
  if (need.kind === 'none') return undefined
  try {
    const by = need.kind === 'required' ? need.by : 'what is left to undo'
    const { cluster, findings, ...reached }: ReachedCluster =
      opening.cluster === undefined
        ? await reachCluster(loaded, { by, wantsNamespaces: opening.namespaces.has(undefined) }, options)
        : { cluster: opening.cluster, findings: [] }
    if (opening.cluster === undefined) opened.use(cluster)
    const { homeOf, keptStores, kubernetes, labelValue } = await import('@salvage-kit/k8s')
    const { machine, kubernetes: { name, snapshotClass, groupSnapshotClass, newClaims, slots } = {} } = loaded.config
    const usual = reached.namespaces ?? [cluster.namespace]
    const namespaces = [...new Set([...opening.namespaces].flatMap((one) => one ?? usual))]
    const backend = kubernetes(cluster, {
      namespaces,
      cranes: jobCranes(loaded.config),
      onLine,
      isKnown: async (runId) => {
        const pending = await journal.pending()
        if (pending.some((entry) => labelValue(entry.runId) === runId)) return true
        await using dead = await locks.adopt(runId)
        return dead === undefined
      },
      ...(name === undefined ? {} : { name }),
      ...(machine === undefined ? {} : { machine }),
      ...(snapshotClass === undefined ? {} : { snapshotClass }),
      ...(groupSnapshotClass === undefined ? {} : { groupSnapshotClass }),
      ...(slots === undefined ? {} : { slot: slotSettings(slots) }),
      ...(newClaims === undefined ? {} : { newClaims }),
    })
    return {
      cluster,
      backend,
      namespaces,
      findings,
      machineOf: async (namespace, call) => name ?? homeOf(cluster, namespace, call),
      keptIn: async (call) => keptStores(cluster, namespaces, call),
    }
  } catch (error) {
    if (need.kind === 'required' || !isSalvageError(error)) throw error
    return findingOf(error)
  }
}

/** One of both is there. */
function slotSettings({ count, timeout: timeoutMs, directory = '', leases }: SlotsEntry): SlotSettings {
  if (leases === undefined) return { directory, count, timeoutMs }
  return { namespace: leases.namespace, name: leases.name ?? 'salvage-kit-slot', count, timeoutMs }
}
