import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { labelValue } from '../label/label-value.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata, Resource } from '../resource/resource.ts'
import { isOf } from '../snapshot/own.ts'
import { EXCHANGE } from './key.ts'
import type { Decision } from './key.ts'
import { besideName } from './name.ts'
import type { ExchangeToken } from './token.ts'

/**
 * What stands under the name of the target. `former`: the claim that was there from the start; `kept`: that, after it was decided
 * that it stays; `going`: one of these, on its way out; `foreign`: somebody else's.
 */
export type Standing =
  | { readonly as: 'none' }
  | { readonly as: 'former' | 'kept' | 'fresh' | 'remade' | 'going' | 'foreign'; readonly claim: Resource }

/** Looks at the claim under the name of the target. */
export async function standing(cluster: Cluster, token: ExchangeToken, options: CallOptions): Promise<Standing> {
  const { namespace, name } = token
  const claim = await cluster.get(KINDS.claim, { namespace, name }, options)
  if (claim === undefined) return { as: 'none' }
  const { uid, deletionTimestamp } = claim.metadata
  const part = partOf(claim.metadata, token)
  if (uid !== token.uid && part === undefined) return { as: 'foreign', claim }
  if (deletionTimestamp !== undefined) return { as: 'going', claim }
  if (uid === token.uid) return { as: part === 'former' ? 'kept' : 'former', claim }
  return { as: part === 'remade' ? 'remade' : 'fresh', claim }
}

/** What a claim is in this exchange, by its labels. */
function partOf({ labels = {} }: Metadata, { runId }: ExchangeToken): string | undefined {
  return labels[EXCHANGE.run] === labelValue(runId) ? labels[EXCHANGE.as] : undefined
}

/** The cut of the former content, when it was made. */
export async function formerCut(
  cluster: Cluster,
  token: ExchangeToken,
  options: CallOptions,
): Promise<Resource | undefined> {
  const { id, namespace, snapshot: name } = besideName(token, 'former')
  const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, options)
  return found !== undefined && isOf({ id })(found.metadata) ? found : undefined
}

/** What was decided about an exchange; undefined while nothing is. */
export function decisionOf(cut: Resource): Decision | undefined {
  const said = cut.metadata.labels?.[EXCHANGE.as]
  return said === 'committed' || said === 'taken-back' ? said : undefined
}
