import { randomUUID } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import { rebind } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, Rebound } from '@salvage-kit/k8s'
import { readyMs } from './ready-ms.ts'

/** Binds a content whose snapshot is gone to a new one, as `rebind` of the package for Kubernetes has it, by the settings of the variables. */
export async function rebindContent(
  cluster: Cluster,
  content: string,
  settings: BakSettings,
  { signal }: CallOptions,
): Promise<Rebound> {
  const readyTimeoutMs = settings.waitUntilReady ? readyMs(settings) : 0
  return rebind(cluster, content, { signal, rand: settings.rand, id: randomUUID(), readyTimeoutMs })
}
