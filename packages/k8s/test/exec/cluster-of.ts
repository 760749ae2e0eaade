import { openExec } from '../../src/exec/session/open-exec.ts'
import type { Cluster } from '../../src/client/cluster.ts'

/** The one call to a cluster that these suites make. */
export type ExecCluster = Pick<Cluster, 'exec'>

/** Where a server of `exec-server.ts` runs things: the names mean nothing there. */
export const POD = { namespace: 'here', pod: 'web-0', container: 'web' }

/** A cluster whose pods are a server at this address. */
export function clusterOf(server: string): ExecCluster {
  return { exec: (request, options) => openExec({ server, headers: {}, tls: {} }, request, options) }
}
