import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'

/**
 * The cluster that the section `kubernetes` names, else the one that kubectl would take. The libraries for it are loaded here
 * and not before; nobody is called yet. `by` says what needs it. Rejects with `PREFLIGHT.KUBERNETES` when it is switched off,
 * and with `K8S.CONFIG`.
 */
export async function openCluster(
  { config, placeOf, environment = process.env }: LoadedConfig,
  by: string,
): Promise<Cluster> {
  const { enabled, kubeconfig, context } = config.kubernetes ?? {}
  if (enabled === false)
    throw new SalvageError('PREFLIGHT.KUBERNETES', `${by} needs Kubernetes, which is switched off`, {
      why: `${placeOf(['kubernetes', 'enabled'])} says enabled: false`,
      hint: 'take that line away',
    })
  const { connect } = await import('@salvage-kit/k8s')
  return connect({
    environment,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  })
}
