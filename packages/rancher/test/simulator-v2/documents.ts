import type { Document } from './collection.ts'
import type { SimulatedCluster, SimulatedToken, World } from './world.ts'

/** Clusters, with links under `root`, the address of the API. */
export function clusterDocument(cluster: SimulatedCluster, root: string): Document {
  const { id, name, state, transitioningMessage, agent } = cluster
  const self = `${root}/clusters/${id}`
  const isConnected = agent === 'connected'
  const conditions = cluster.conditions ?? [
    { type: 'Provisioned', status: agent === 'unprovisioned' ? 'Unknown' : 'True' },
    { type: 'Connected', status: isConnected ? 'True' : 'False' },
    {
      type: 'Ready',
      ...(isConnected
        ? { status: 'True' }
        : { status: 'False', reason: 'Disconnected', message: 'Cluster agent is not connected' }),
    },
  ]
  return {
    id,
    type: 'cluster',
    baseType: 'cluster',
    name,
    state,
    transitioning: state === 'active' ? 'no' : 'error',
    transitioningMessage,
    internal: id === 'local',
    driver: 'rke2',
    provider: 'rke2',
    apiEndpoint: 'https://10.43.0.1:443',
    version: { gitVersion: 'v1.31.4+rke2r1' },
    labels: {},
    annotations: {},
    localClusterAuthEndpoint: { enabled: false },
    conditions,
    links: { self, projects: `${self}/projects`, namespaces: `${root}/cluster/${id}/namespaces` },
    actions: { generateKubeconfig: `${self}?action=generateKubeconfig` },
  }
}

/** Of all clusters that are seen. */
export function projectDocuments(clusters: readonly SimulatedCluster[]): readonly Document[] {
  return clusters.flatMap((cluster) =>
    cluster.projects.map(({ id, name }) => ({
      id: `${cluster.id}:${id}`,
      type: 'project',
      baseType: 'project',
      name,
      clusterId: cluster.id,
      state: 'active',
    })),
  )
}

/** Of one cluster. */
export function namespaceDocuments({ id, projects, otherNamespaces }: SimulatedCluster): readonly Document[] {
  const others = otherNamespaces.map(({ name, state }) => namespace(name, null, state))
  return [
    ...projects.flatMap((project) =>
      project.namespaces.map((name) => namespace(name, `${id}:${project.id}`, 'active')),
    ),
    ...others,
  ]
}

function namespace(id: string, projectId: string | null, state: string): Document {
  return { id, type: 'namespace', baseType: 'namespace', name: id, projectId, state }
}

/** The tokens, without their secrets. */
export function tokenDocuments({ tokens }: World, asks: SimulatedToken): readonly Document[] {
  return tokens.map((token) => ({
    id: token.bearer.split(':')[0] ?? '',
    type: 'token',
    baseType: 'token',
    current: token === asks,
    clusterId: token.clusterId ?? null,
    expired: false,
    expiresAt: token.expiresAt,
    ttl: 0,
  }))
}
