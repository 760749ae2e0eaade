import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Cluster } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'
import { authorities } from './authorities.ts'
import { openCluster, refuseIfOff } from './open-cluster.ts'

/** A cluster, and what is known of it before it is called. */
export interface ReachedCluster {
  readonly cluster: Cluster
  /** Those of the projects that are named; absent: nobody asked, or none are named. */
  readonly namespaces?: readonly string[]
  readonly findings: readonly Finding[]
}

/** What reaching takes. */
export interface Reaching {
  /** What needs the cluster, for people. */
  readonly by: string
  /** More is looked at than what is named one by one. */
  readonly wantsNamespaces: boolean
}

/**
 * The cluster that the section `rancher` names, through that server; without the section as `openCluster`. The server is asked
 * which cluster that is and whether it is there, so that nobody waits for one that is not. Rejects as `openCluster`, with
 * `PREFLIGHT.RANCHER`, `RANCHER.CLUSTER`, `RANCHER.CLUSTER_AWAY`, `RANCHER.PROJECT`, `RANCHER.TOKEN` and the codes of a call.
 */
export async function reachCluster(
  loaded: LoadedConfig,
  { by, wantsNamespaces }: Reaching,
  options: CallOptions,
): Promise<ReachedCluster> {
  const { rancher: entry } = loaded.config
  if (entry === undefined) return { cluster: await openCluster(loaded, by), findings: [] }
  refuseIfOff(loaded, by)
  const { rancher } = await import('@salvage-kit/rancher/v2')
  const ca = entry.caFile === undefined ? undefined : await authorities(entry.caFile)
  await using server = rancher({ url: entry.url, tokenFile: entry.tokenFile, ...(ca === undefined ? {} : { ca }) })
  const chosen = await server.cluster(entry.cluster, options)
  const given = server.connection(chosen)
  const [inProjects, ends] = await Promise.all([
    entry.projects === undefined || !wantsNamespaces ? undefined : server.namespaces(chosen, entry.projects, options),
    server.tokenEnd(new Date(), options),
  ])
  const { connect } = await import('@salvage-kit/k8s')
  return {
    cluster: await connect({ given, environment: loaded.environment ?? process.env }),
    ...(inProjects === undefined ? {} : { namespaces: inProjects.namespaces }),
    findings: [...chosen.findings, ...(inProjects?.findings ?? []), ...(ends === undefined ? [] : [ends])],
  }
}
