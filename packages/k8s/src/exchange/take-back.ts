import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { decide, keepFormer } from './decide.ts'
import { makeAnew, nameTaken } from './make.ts'
import { removeAsRead, untilGone } from './remove.ts'
import type { WholeSettings } from './settings.ts'
import { formerCut, standing } from './standing.ts'
import type { ExchangeToken } from './token.ts'

/**
 * Brings the former content back under its name, unless the exchange is final: the claim that stands from the start stays, and
 * where it is gone it is made anew from its cut. The claim is not waited for.
 */
export async function takeBackClaim(
  cluster: Cluster,
  token: ExchangeToken,
  { goneMs }: WholeSettings,
  options: CallOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  const decided = await decide(cluster, token, 'taken-back', options)
  if (decided === 'committed') return
  if (decided === undefined) return nothingBegun(cluster, token, options)
  for (;;) {
    options.signal.throwIfAborted()
    const now = await standing(cluster, token, options)
    switch (now.as) {
      case 'kept':
      case 'remade':
        return
      case 'former':
        await keepFormer(cluster, token, now.claim, options)
        continue
      case 'going':
        await untilGone(cluster, now.claim, { ...options, goneMs })
        continue
      case 'fresh':
        await removeAsRead(cluster, now.claim, options)
        continue
      case 'none':
        await remake(cluster, token, options)
        continue
      case 'foreign': {
        const cut = await formerCut(cluster, token, options)
        throw nameTaken(token, cut?.metadata.name ?? '')
      }
    }
  }
}

async function remake(cluster: Cluster, token: ExchangeToken, options: CallOptions): Promise<void> {
  const cut = await formerCut(cluster, token, options)
  if (cut === undefined) throw formerLost(token)
  await makeAnew(cluster, token, 'remade', cut, options)
}

/** Without a cut of the former content nothing was removed from here. */
async function nothingBegun(cluster: Cluster, token: ExchangeToken, options: CallOptions): Promise<void> {
  const { as } = await standing(cluster, token, options)
  if (as === 'none') throw formerLost(token)
}

function formerLost({ namespace, name }: ExchangeToken): SalvageError {
  return new SalvageError('EXCHANGE.FORMER_LOST', `the claim ${namespace}/${name} is gone, and there is no cut of it`, {
    why: 'somebody has removed both',
    hint: `make or restore a claim of this name, then run \`salvage-kit recover\`: until then its workloads stay down`,
  })
}
