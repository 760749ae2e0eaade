import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { Resource } from '../resource/resource.ts'
import { awaitVolume } from './content.ts'
import { cutBeside } from './cut.ts'
import { makeAnew, nameTaken } from './make.ts'
import { besideName } from './name.ts'
import { removeAsRead, untilGone } from './remove.ts'
import type { WholeSettings } from './settings.ts'
import { pointSnapshot } from './source.ts'
import { decisionOf, standing } from './standing.ts'
import type { ExchangeToken } from './token.ts'
import { untilUnused } from './users.ts'

/**
 * The claim goes and comes again under its name with the new content, once its former content is in a cut that could be restored.
 * Waits for its volume only where no pod is waited for.
 */
export async function exchangeClaim(
  cluster: Cluster,
  token: ExchangeToken,
  { unusedMs, goneMs }: WholeSettings,
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  await untilUnused(cluster, token, { signal, withinMs: unusedMs })
  await mustStand(cluster, token, { signal })
  const [former, content] = await bothCuts(cluster, token, signal)
  if (decisionOf(former) !== undefined) throw undone(token)
  await removeFormer(cluster, token, { signal, goneMs })
  for (;;) {
    if (await makeAnew(cluster, token, 'fresh', content, { signal })) break
    const now = await standing(cluster, token, { signal })
    if (now.as === 'fresh') break
    if (now.as === 'none') continue
    throw now.as === 'foreign' ? nameTaken(token, former.metadata.name) : undone(token)
  }
  if (!token.waits) await awaitVolume(cluster, { namespace: token.namespace, name: token.name }, { signal })
}

/** Both have ended when this goes on: nothing is made after somebody has looked for it. */
async function bothCuts(
  cluster: Cluster,
  token: ExchangeToken,
  signal: AbortSignal,
): Promise<readonly [former: Resource, content: Resource]> {
  const [former, content] = await Promise.allSettled([
    cutBeside(cluster, token, 'former', token.name, { signal }),
    token.point === undefined
      ? cutBeside(cluster, token, 'fresh', besideName(token, 'fresh').claim, { signal })
      : pointSnapshot(cluster, token, { signal }),
  ])
  if (former.status === 'rejected') throw former.reason
  if (content.status === 'rejected') throw content.reason
  return [former.value, content.value]
}

async function mustStand(cluster: Cluster, token: ExchangeToken, options: CallOptions): Promise<void> {
  const { as } = await standing(cluster, token, options)
  if (as !== 'former') throw changed(token, as === 'none' ? 'it is gone' : 'it is not the one that was found')
}

async function removeFormer(
  cluster: Cluster,
  token: ExchangeToken,
  options: CallOptions & { readonly goneMs: number },
): Promise<void> {
  for (;;) {
    options.signal.throwIfAborted()
    const now = await standing(cluster, token, options)
    if (now.as === 'kept') throw undone(token)
    if (now.as !== 'former') throw changed(token, 'somebody has removed it, or made it anew')
    if (await removeAsRead(cluster, now.claim, options)) return untilGone(cluster, now.claim, options)
  }
}

function changed({ namespace, name }: ExchangeToken, why: string): SalvageError {
  return new SalvageError('EXCHANGE.GONE', `the claim ${namespace}/${name} was changed by somebody else`, { why })
}

function undone({ namespace, name }: ExchangeToken): SalvageError {
  return new SalvageError(
    'EXCHANGE.TAKEN_BACK',
    `the exchange of ${namespace}/${name} was taken back by another process`,
  )
}
