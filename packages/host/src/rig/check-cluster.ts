import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Cluster, Permission } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'
import { jobCranes } from '../store/job-cranes.ts'
import { openCluster } from './open-cluster.ts'
import type { OpenKubernetes } from './open-kubernetes.ts'

/** One thing that a namespace of the cluster is needed for. */
export interface CheckedRight {
  /** For people: `scaling workloads in shop`. */
  readonly what: string
  /** Without it nothing can be done there. */
  readonly isNeeded: boolean
  /** Absent: all is permitted. */
  readonly finding?: Finding
}

/**
 * What this user may do in the namespaces that are looked at, as the cluster itself says; the hint of what is missing is the
 * Role to apply. Changes nothing. A cluster that is away is the one finding. Rejects only by the signal.
 */
export async function checkCluster(
  { cluster, namespaces }: OpenKubernetes,
  { config }: LoadedConfig,
  options: CallOptions,
): Promise<readonly CheckedRight[]> {
  const k8s = await import('@salvage-kit/k8s')
  const uses: readonly (readonly [string, readonly Permission[], boolean])[] = [
    ['finding claims and workloads', k8s.DISCOVERY_PERMISSIONS, true],
    ['snapshots and new claims', k8s.SNAPSHOT_PERMISSIONS, false],
    ...(typeof config.kubernetes?.groupSnapshotClass === 'string'
      ? [['cuts of several claims at one instant', k8s.GROUP_PERMISSIONS, false] as const]
      : []),
    ['scaling workloads', k8s.SCALE_PERMISSIONS, false],
    ['hooks and dumps in pods', k8s.EXEC_PERMISSIONS, false],
    ['restores in place', k8s.EXCHANGE_PERMISSIONS, false],
    ...(Object.keys(jobCranes(config)).length === 0 ? [] : [['crane Jobs', k8s.JOB_PERMISSIONS, false] as const]),
  ]
  const wanted = namespaces.flatMap((namespace) =>
    uses.map(([use, rights, isNeeded]) => ({ use, rights, isNeeded, namespace })),
  )
  return checkAll(cluster, wanted, options)
}

/**
 * The same for journal and locks, which are opened before anything else: where these cannot be had there is no rig. Empty
 * when they do not stand in a cluster. Rejects with `K8S.CONFIG`, `PREFLIGHT.KUBERNETES`.
 */
export async function checkClusterState(loaded: LoadedConfig, options: CallOptions): Promise<readonly CheckedRight[]> {
  const { state } = loaded.config.kubernetes ?? {}
  if (state === undefined) return []
  await using cluster = await openCluster(loaded, 'kubernetes.state')
  const { STATE_PERMISSIONS: rights } = await import('@salvage-kit/k8s')
  return await checkAll(
    cluster,
    [{ use: 'journal and locks', rights, isNeeded: true, namespace: state.namespace }],
    options,
  )
}

interface Use {
  readonly use: string
  readonly rights: readonly Permission[]
  readonly isNeeded: boolean
  readonly namespace: string
}

async function checkAll(
  cluster: Cluster,
  uses: readonly Use[],
  options: CallOptions,
): Promise<readonly CheckedRight[]> {
  const { rightsText } = await import('@salvage-kit/k8s')
  const checked: CheckedRight[] = []
  for (const { use, rights, isNeeded, namespace } of uses) {
    const what = `${use} in ${namespace}`
    try {
      const missing = await cluster.missing(namespace, rights, options)
      const finding =
        missing.length === 0
          ? {}
          : { finding: lacking(what, await rightsText(cluster, new Map([[namespace, missing]]), options)) }
      checked.push({ what, isNeeded, ...finding })
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isSalvageError(error)) throw error
      return [...checked, { what: cluster.server, isNeeded: true, finding: findingOf(error) }]
    }
  }
  return checked
}

function lacking(what: string, text: Pick<Finding, 'why' | 'hint'>): Finding {
  return { code: 'DOCTOR.RIGHTS', message: `rights are missing for ${what}`, ...text }
}
