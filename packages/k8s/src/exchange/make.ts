import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Cluster } from '../client/cluster.ts'
import { labelValue } from '../label/label-value.ts'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Manifest, Resource } from '../resource/resource.ts'
import { larger } from '../snapshot/quantity.ts'
import { statusOf } from '../snapshot/status.ts'
import { EXCHANGE } from './key.ts'
import type { ClaimPart } from './key.ts'
import type { ExchangeToken } from './token.ts'

const CREATE_MS = 15_000
/** What a claim took of a quota is given back some moments after it is gone. */
const QUOTA_MS = 30_000
const QUOTA_PAUSE_MS = 500

const resources: z.ZodType<{ requests?: Record<string, string> | undefined }> = z.looseObject({
  requests: z.record(z.string(), z.string()).optional(),
})

/**
 * Makes the claim of the target anew, as it was, from a snapshot. Resolves with whether it was made: false when the name is taken.
 * Rejects with what the cluster says, `K8S.FORBIDDEN` for a quota after half a minute.
 */
export async function makeAnew(
  cluster: Cluster,
  token: ExchangeToken,
  part: ClaimPart,
  snapshot: Resource,
  { signal }: CallOptions,
): Promise<boolean> {
  const manifest = manifestOf(token, part, snapshot)
  const until = performance.now() + QUOTA_MS
  for (;;)
    try {
      signal.throwIfAborted()
      // Has a clock of its own: see `cutBeside`.
      using own = deadline(CREATE_MS)
      await cluster.create(KINDS.claim, manifest, own)
      return true
    } catch (error) {
      if (!isSalvageError(error) || (error.code !== 'K8S.EXISTS' && error.code !== 'K8S.FORBIDDEN')) throw error
      if (error.code === 'K8S.EXISTS') return false
      if (performance.now() > until) throw error
      await sleep(QUOTA_PAUSE_MS, undefined, { signal })
    }
}

function manifestOf(token: ExchangeToken, part: ClaimPart, snapshot: Resource): Manifest {
  const { namespace, name, runId, claim } = token
  const { labels, annotations, ownerReferences, spec } = claim
  const asked = resources.safeParse(spec['resources'] ?? {}).data
  const size = larger(claim.size, statusOf(snapshot).restoreSize) ?? claim.size
  return {
    apiVersion: apiVersionOf(KINDS.claim),
    kind: KINDS.claim.kind,
    metadata: {
      namespace,
      name,
      labels: { ...labels, [EXCHANGE.run]: labelValue(runId), [EXCHANGE.as]: part },
      annotations,
      ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
    },
    spec: {
      ...spec,
      resources: { ...asked, requests: { ...asked?.requests, storage: size } },
      dataSource: {
        apiGroup: KINDS.volumeSnapshot.group,
        kind: KINDS.volumeSnapshot.kind,
        name: snapshot.metadata.name,
      },
    },
  }
}

/** `EXCHANGE.NAME_TAKEN`: between the removal of the claim and its making somebody else made one. */
export function nameTaken({ namespace, name }: ExchangeToken, cut: string): SalvageError {
  return new SalvageError('EXCHANGE.NAME_TAKEN', `somebody else has made a claim ${namespace}/${name}`, {
    why: 'while the content was exchanged the name was free for a moment',
    hint: `the former content is in the snapshot ${namespace}/${cut}: remove that claim (if nothing of it is wanted), then run \`salvage-kit recover\``,
  })
}
