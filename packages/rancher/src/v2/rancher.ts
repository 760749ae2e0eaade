import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { USUAL_PATIENCE } from '../client/patience.ts'
import type { Patience } from '../client/patience.ts'
import { rancherAddress } from './address.ts'
import { norman } from './client/norman.ts'
import { chosenCluster, listClusters } from './cluster.ts'
import type { ChosenCluster, FoundClusters, RancherCluster } from './cluster.ts'
import type { ClusterConnection } from './connection.ts'
import { listProjects, namespacesOfProjects } from './project.ts'
import type { FoundProjects, ProjectNamespaces } from './project.ts'
import { probe } from './probe.ts'
import { tokenEnd } from './token-end.ts'
import { tokenOfFile } from './token-file.ts'

/** What {@link rancher} takes. */
export interface RancherSettings {
  /** Any address of the server. */
  readonly url: string
  /** The file of a bearer token. */
  readonly tokenFile: string
  /** Certificate authorities in PEM, instead of those of the system. */
  readonly ca?: string
  readonly patience?: Patience
}

/** A Rancher 2 server. Every call rejects with `RANCHER.TOKEN` and the codes of a call. */
export interface Rancher extends AsyncDisposable {
  readonly address: string
  /** Those that this token may see. */
  clusters(options: CallOptions): Promise<FoundClusters>
  /**
   * The one of this id or name. A token of one cluster may not list them: with the id, that one is tried. Rejects with
   * `RANCHER.CLUSTER`.
   */
  cluster(wanted: string, options: CallOptions): Promise<ChosenCluster>
  /** Of one cluster. */
  projects(cluster: RancherCluster, options: CallOptions): Promise<FoundProjects>
  /** Of these projects of one cluster, by id or name. Rejects with `RANCHER.PROJECT`. */
  namespaces(cluster: RancherCluster, projects: readonly string[], options: CallOptions): Promise<ProjectNamespaces>
  /** No kubeconfig is made for it, and so no token. Throws `RANCHER.CLUSTER_AWAY` when it cannot be reached now. */
  connection(cluster: RancherCluster): ClusterConnection
  /** That the token ends within seven days of `now`; undefined also where nobody tells. Rejects only when it is told to stop. */
  tokenEnd(now: Date, options: CallOptions): Promise<Finding | undefined>
}

const ID = /^(?:local|c-[a-z0-9-]+)$/

/** The server of these settings; nobody is called yet. Throws `RANCHER.ADDRESS`. */
export function rancher({ url, tokenFile, ca, patience = USUAL_PATIENCE }: RancherSettings): Rancher {
  const address = rancherAddress(url)
  const authorization = tokenOfFile(tokenFile)
  const known = ca === undefined ? {} : { ca }
  const api = norman(address, { authorization, patience, ...known })
  const connectionTo = (clusterId: string): ClusterConnection => ({
    clusterId,
    server: `${address}/k8s/clusters/${clusterId}`,
    authorization,
    ...known,
  })

  return {
    address,
    clusters: async (options) => listClusters(api, options),
    async cluster(wanted, options): Promise<ChosenCluster> {
      try {
        return chosenCluster(await listClusters(api, options), wanted)
      } catch (error) {
        const mayBeScoped = isSalvageError(error) && error.code === 'RANCHER.UNAUTHORIZED' && ID.test(wanted)
        if (!mayBeScoped) throw error
        return { ...(await probe(connectionTo(wanted), options)), findings: [] }
      }
    },
    projects: async ({ id }, options) => listProjects(api, id, options),
    namespaces: async ({ id }, wanted, options) => namespacesOfProjects(await listProjects(api, id, options), wanted),
    connection({ id, away }): ClusterConnection {
      if (away === undefined) return connectionTo(id)
      const { code, message, why } = away
      throw new SalvageError(code, message, { ...(why === undefined ? {} : { why }), retryable: true, untouched: true })
    },
    tokenEnd: async (now, options) => tokenEnd(api, now, options),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  }
}
