import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { claimParts } from '../snapshot/schema.ts'
import { until } from '../snapshot/until.ts'

/** The cluster's own controller tells within moments who is to make the volume of a claim, if nobody has to wait for a pod. */
const ANNOUNCED_MS = 3000
const PROVISIONERS = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner']

/**
 * Waits until a claim has its volume; `waits` when its class waits for a pod: then the volume comes with that pod, before it
 * starts. Rejects with `EXCHANGE.GONE` when the claim is gone, or its volume is.
 */
export async function awaitVolume(
  cluster: Cluster,
  at: ObjectName,
  { signal }: CallOptions,
): Promise<'bound' | 'waits'> {
  const begun = performance.now()
  return until(
    async () => {
      const found = await cluster.get(KINDS.claim, at, { signal })
      const phase = found === undefined ? 'gone' : claimParts.parse(found).status?.phase
      if (phase === 'Bound') return 'bound'
      if (found === undefined || phase === 'Lost')
        throw new SalvageError('EXCHANGE.GONE', `the claim ${at.namespace ?? ''}/${at.name} has no volume`, {
          why:
            found === undefined ? 'somebody removed the claim while it was filled' : 'it is Lost: its volume is gone',
        })
      const isAnnounced = PROVISIONERS.some((key) => found.metadata.annotations?.[key] !== undefined)
      return !isAnnounced && performance.now() - begun > ANNOUNCED_MS ? 'waits' : undefined
    },
    { signal },
  )
}
