import type { FakeCluster } from '../fake-cluster.ts'
import { fakeCluster } from '../fake-cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Metadata } from '../../src/resource/resource.ts'

const NAMESPACE = 'shop'

/** A Deployment of this many pods; no pods. */
export function deployment(
  on: FakeCluster,
  replicas: number,
  metadata: Partial<Metadata> = {},
  more: object = {},
): void {
  on.put(KINDS.deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: NAMESPACE, ...metadata },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main' }] } },
      ...more,
    },
    status: { readyReplicas: replicas },
  })
}

/** How many pods it is to have. */
export function replicasIn(on: FakeCluster): unknown {
  const spec = on.all(KINDS.deployment)[0]?.spec
  return typeof spec === 'object' && spec !== null && 'replicas' in spec ? spec['replicas'] : undefined
}

/** An empty cluster. */
export function shop(): FakeCluster {
  return fakeCluster(NAMESPACE)
}
