import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { makeLine } from '../client/line.ts'
import type { RancherCluster } from './cluster.ts'
import type { ClusterConnection } from './connection.ts'

/** A cluster that is there answers sooner; the proxy waits three times as long for one that is not. */
const PATIENCE = { connectMs: 10_000, requestMs: 10_000, attempts: 1, firstWaitMs: 0 }

/**
 * Asks a cluster itself whether it is there, where nobody else may be asked. Rejects with `RANCHER.TOKEN`,
 * `RANCHER.UNAUTHORIZED`, `RANCHER.CERTIFICATE`; everything else is in `away`.
 */
export async function probe(
  { clusterId, server, ca, authorization }: ClusterConnection,
  options: CallOptions,
): Promise<RancherCluster> {
  await using line = makeLine({ authorization, patience: PATIENCE, ...(ca === undefined ? {} : { ca }) })
  const cluster = { id: clusterId, name: clusterId }
  try {
    await line.send('GET', `${server}/version`, options)
    return cluster
  } catch (error) {
    if (!isSalvageError(error) || !AWAY.has(error.code)) throw error
    const { message, why } = findingOf(error)
    return {
      ...cluster,
      away: {
        code: 'RANCHER.CLUSTER_AWAY',
        message: `Rancher cannot reach the cluster ${clusterId}`,
        why: why === undefined ? message : `${message}: ${why}`,
      },
    }
  }
}

const AWAY = new Set(['RANCHER.UNREACHABLE', 'RANCHER.REFUSED', 'RANCHER.NOT_FOUND', 'RANCHER.FORBIDDEN'])
