import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import { letMemberGo, ownerOf } from '../snapshot/group/let-go.ts'
import { endProtection } from '../snapshot/source-protection.ts'
import { eachAtMost } from './pool.ts'

const WIDTH = 8
const GROUP_GONE_MS = 10_000

/**
 * Takes away from removed snapshots what a provisioner has left on them, so that they go, and removes groups of which nobody needs
 * a member any more. It takes the right to list claims, or those to groups; where that, or anything else, is missing, they stay as
 * they are. Resolves with whether there was anything to try.
 */
export async function letGo(
  cluster: Cluster,
  going: readonly Pick<KeptSnapshot, 'namespace' | 'name' | 'uid'>[],
  { signal }: CallOptions,
): Promise<boolean> {
  await eachAtMost(WIDTH, going, async ({ namespace, name, uid }) => {
    try {
      const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, { signal })
      const owner = found?.metadata.uid === uid ? ownerOf(found.metadata) : undefined
      if (owner !== undefined && (await letMemberGo(cluster, owner, { signal, goneMs: GROUP_GONE_MS }))) return
      await endProtection(cluster, { namespace, name }, (one) => one.uid === uid, { signal })
    } catch {
      signal.throwIfAborted()
    }
  })
  return going.length > 0
}
