import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'

/**
 * The cluster that the section `kubernetes` names, else the one that kubectl would take. The libraries for it are loaded here
 * and not before; nobody is called yet. `by` says what needs it. Rejects with `PREFLIGHT.KUBERNETES` when it is switched off,
 * and with `K8S.CONFIG`.
 */
export async function openCluster(loaded: LoadedConfig, by: string): Promise<Cluster> {
  refuseIfOff(loaded, by)
  const { config, environment = process.env } = loaded
  const { kubeconfig, context } = config.kubernetes ?? {}
  const { connect } = await import('@salvage-kit/k8s')
  return connect({
    environment,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
}

/** Throws `PREFLIGHT.KUBERNETES` when the configuration says that Kubernetes is to be left alone. */
export function refuseIfOff({ config, placeOf }: LoadedConfig, by: string): void {
  if (config.kubernetes?.enabled !== false) return
  throw new SalvageError('PREFLIGHT.KUBERNETES', `${by} needs Kubernetes, which is switched off`, {
    why: `${placeOf(['kubernetes', 'enabled'])} says enabled: false`,
    hint: 'take that line away',
  })
}
