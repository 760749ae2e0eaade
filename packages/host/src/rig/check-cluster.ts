import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Permission } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'
import { jobCranes } from '../store/job-cranes.ts'
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
    ['scaling workloads', k8s.SCALE_PERMISSIONS, false],
    ['hooks and dumps in pods', k8s.EXEC_PERMISSIONS, false],
    ['restores in place', k8s.EXCHANGE_PERMISSIONS, false],
    ...(Object.keys(jobCranes(config)).length === 0 ? [] : [['crane Jobs', k8s.JOB_PERMISSIONS, false] as const]),
  ]
  const { state } = config.kubernetes ?? {}
  const wanted = [
    ...namespaces.flatMap((namespace) => uses.map(([use, rights, isNeeded]) => ({ use, rights, isNeeded, namespace }))),
    ...(state === undefined
      ? []
      : [{ use: 'journal and locks', rights: k8s.STATE_PERMISSIONS, isNeeded: true, namespace: state.namespace }]),
  ]
  const checked: CheckedRight[] = []
  for (const { use, rights, isNeeded, namespace } of wanted) {
    const what = `${use} in ${namespace}`
    try {
      const missing = await cluster.missing(namespace, rights, options)
      const finding =
        missing.length === 0 ? {} : { finding: lacking(what, missing, k8s.roleFor(missing, { namespace })) }
      checked.push({ what, isNeeded, ...finding })
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isSalvageError(error)) throw error
      return [...checked, { what: cluster.server, isNeeded: true, finding: findingOf(error) }]
    }
  }
  return checked
}

function lacking(what: string, missing: readonly Permission[], role: string): Finding {
  return {
    code: 'DOCTOR.RIGHTS',
    message: `${what} takes rights that this user does not have`,
    why: `missing: ${missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ')}`,
    hint: `let an administrator apply, and bind to this user:\n${role}`,
  }
}
