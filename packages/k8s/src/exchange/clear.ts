import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { labelValue } from '../label/label-value.ts'
import { claimParts } from '../snapshot/schema.ts'
import { until } from '../snapshot/until.ts'
import { unmark } from './decide.ts'
import { dropBeside, dropCut } from './drop.ts'
import { EXCHANGE } from './key.ts'
import type { WholeSettings } from './settings.ts'
import { decisionOf, formerCut, standing } from './standing.ts'
import type { ExchangeToken } from './token.ts'

/**
 * Removes what an exchange made beside. While the claim that it made has no volume, the cuts stay: one of them is to become its
 * content. They are waited for a little, and then left to the sweep. Rejects with `RESTORE.HALF_SWAPPED`.
 */
export async function clearExchange(
  cluster: Cluster,
  token: ExchangeToken,
  settings: WholeSettings,
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  const cut = await formerCut(cluster, token, { signal })
  if (cut !== undefined && decisionOf(cut) !== 'committed') await mustBeBack(cluster, token, { signal })
  await dropBeside(cluster, token, settings, { signal })
  if (!(await hasVolume(cluster, token, settings.boundMs, signal))) return
  await dropCut(cluster, token, 'fresh', settings, { signal })
  // It tells that the exchange is final, so it goes last.
  await dropCut(cluster, token, 'former', settings, { signal })
  const claim = await cluster.get(KINDS.claim, { namespace: token.namespace, name: token.name }, { signal })
  if (claim?.metadata.labels?.[EXCHANGE.run] === labelValue(token.runId)) await unmark(cluster, claim, { signal })
}

async function mustBeBack(cluster: Cluster, token: ExchangeToken, options: CallOptions): Promise<void> {
  const { as } = await standing(cluster, token, options)
  if (as === 'former' || as === 'kept' || as === 'remade') return
  throw new SalvageError(
    'RESTORE.HALF_SWAPPED',
    `the former content of ${token.namespace}/${token.name} is in its cut`,
    {
      why: 'the exchange of its claim could not be taken back',
      hint: 'remove the cause, then run `salvage-kit recover`',
    },
  )
}

/** False: a claim that this exchange made waits for its pod. */
async function hasVolume(
  cluster: Cluster,
  token: ExchangeToken,
  boundMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  using limit = deadline(boundMs, signal)
  try {
    return await until(async () => {
      const now = await standing(cluster, token, limit)
      if (now.as !== 'fresh' && now.as !== 'remade') return true
      return claimParts.parse(now.claim).status?.phase === 'Bound' ? true : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    return false
  }
}
