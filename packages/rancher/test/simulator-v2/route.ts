import { collection } from './collection.ts'
import type { Document } from './collection.ts'
import { clusterDocument, namespaceDocuments, projectDocuments, tokenDocuments } from './documents.ts'
import { apiError, json, unauthorized } from './reply.ts'
import type { Reply } from './reply.ts'
import type { SimulatedCluster, SimulatedToken, World } from './world.ts'

/** A request, as far as routes look at it. */
export interface Asked {
  readonly method: string
  /** With the host that it came for: of it are the links. */
  readonly url: URL
  /** Absent: nobody who is known. */
  readonly token: SimulatedToken | undefined
  /** A kubeconfig was asked for, which makes a token. */
  readonly minted: () => void
}

/** The answer of the management API on which nothing goes wrong. */
export function route(world: World, { method, url, token, minted }: Asked): Reply {
  const root = `${url.origin}/v3`
  const [version, kind = '', id, sub] = url.pathname.split('/').filter(Boolean)
  if (url.pathname === '/ping') return { status: 200, text: 'pong' }
  if (version !== 'v3') return apiError(404, 'NotFound')
  if (kind === 'settings' && id === 'cacerts')
    return json({ id, type: 'setting', baseType: 'setting', name: id, value: world.cacerts })
  if (token === undefined) return unauthorized()
  const seen = world.clusters.filter((cluster) => sees(token, cluster))
  // A token of one cluster is of use below the path of that one only.
  if (token.clusterId !== undefined && !(kind === 'cluster' && id === token.clusterId))
    return unauthorized('clusterID does not match')
  if (kind === '') return json({ id: 'v3', type: 'apiVersion', links: { self: root, clusters: `${root}/clusters` } })
  const list = (type: string, all: readonly Document[]): Reply =>
    method === 'GET' ? json(collection(type, all, url, world.pageLimit)) : apiError(405, 'MethodNotAllow')
  if (kind === 'cluster') {
    const cluster = seen.find((one) => one.id === id)
    if (cluster === undefined) return apiError(404, 'NotFound')
    if (cluster.agent !== 'connected')
      return apiError(503, 'ClusterUnavailable', 'ClusterUnavailable 503: cluster not found')
    return sub === 'namespaces' ? list('namespace', namespaceDocuments(cluster)) : apiError(404, 'NotFound')
  }
  const lists: Readonly<Record<string, readonly Document[]>> = {
    clusters: seen.map((cluster) => clusterDocument(cluster, root)),
    projects: projectDocuments(seen),
    tokens: tokenDocuments(world, token),
  }
  const all = Object.hasOwn(lists, kind) ? lists[kind] : undefined
  if (all === undefined) return apiError(404, 'NotFound')
  if (id === undefined) return list(kind.slice(0, -1), all)
  const one = all.find((document) => document.id === id)
  if (one === undefined) return apiError(404, 'NotFound')
  if (method === 'GET') return json(one)
  if (url.searchParams.get('action') !== 'generateKubeconfig') return apiError(405, 'MethodNotAllow')
  minted()
  return json({ baseType: 'generateKubeConfigOutput', type: 'generateKubeconfigOutput', config: 'apiVersion: v1\n' })
}

/** Whether a token is of any use for a cluster. */
export function sees(token: SimulatedToken, { id }: SimulatedCluster): boolean {
  return token.clusterId === undefined ? (token.sees?.includes(id) ?? true) : token.clusterId === id
}
