import { SalvageError, sourceText } from '@salvage-kit/core'
import type { CallOptions, ClaimSource, Source } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import type { NamedCrane } from './settings-of.ts'

/** A source as a claim. Throws `CRANE.SOURCE`. */
export function claimSourceOf(source: Source): ClaimSource {
  if (source.medium === 'pvc') return source
  throw new SalvageError('CRANE.SOURCE', 'a crane Job can only read and fill claims of a cluster', {
    why: `it was given ${sourceText(source)}`,
    hint: 'use another store for this target',
  })
}

/** The claim as it stands. Rejects with `CRANE.SOURCE` when it is gone, or another one of its name stands there. */
export async function sameClaim(cluster: Cluster, source: ClaimSource, options: CallOptions): Promise<Resource> {
  const claim = await cluster.get(KINDS.claim, source, options)
  const isSame = source.uid === undefined || claim?.metadata.uid === source.uid
  if (claim !== undefined && isSame && claim.metadata.deletionTimestamp === undefined) return claim
  throw new SalvageError('CRANE.SOURCE', `the claim ${source.namespace}/${source.name} is gone`, {
    why:
      claim === undefined ? 'there is none of this name' : isSame ? 'it is being removed' : 'another one has its name',
  })
}

/** Rejects with `CRANE.MOUNT` when a claim that the crane mounts is not in the namespace: a pod would wait for it for ever. */
export async function mountsThere(
  cluster: Cluster,
  { name, settings }: NamedCrane,
  namespace: string,
  options: CallOptions,
): Promise<void> {
  for (const claim of Object.keys(settings.mounts ?? {}))
    if ((await cluster.get(KINDS.claim, { namespace, name: claim }, options)) === undefined)
      throw new SalvageError(
        'CRANE.MOUNT',
        `there is no claim ${namespace}/${claim} for the crane ${JSON.stringify(name)}`,
        {
          why: 'a pod mounts claims of its own namespace only',
          hint: 'make it there, or use a store that is reached by network',
        },
      )
}
