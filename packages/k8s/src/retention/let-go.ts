import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { endProtection } from '../snapshot/source-protection.ts'
import { eachAtMost } from './pool.ts'

const WIDTH = 8

/**
 * Takes away from removed snapshots what a provisioner has left on them, so that they go. It takes the right to list claims;
 * where that, or anything else, is missing, they stay as they are. Resolves with whether there was anything to try.
 */
export async function letGo(
  cluster: Cluster,
  going: readonly Pick<KeptSnapshot, 'namespace' | 'name' | 'uid'>[],
  { signal }: CallOptions,
): Promise<boolean> {
  await eachAtMost(WIDTH, going, async ({ namespace, name, uid }) => {
    try {
      await endProtection(cluster, { namespace, name }, (found) => found.uid === uid, { signal })
    } catch {
      signal.throwIfAborted()
    }
  })
  return going.length > 0
}
