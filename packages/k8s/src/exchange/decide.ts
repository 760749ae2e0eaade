import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, JsonPatchOperation } from '../client/cluster.ts'
import { labelValue } from '../label/label-value.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { EXCHANGE } from './key.ts'
import type { ClaimPart, Decision } from './key.ts'
import { decisionOf, formerCut } from './standing.ts'
import type { ExchangeToken } from './token.ts'

/**
 * Decides an exchange, unless somebody has; resolves with what holds from now on, or with undefined when there is no cut of the
 * former content: then nothing was exchanged, or all of it is over. One change of one object: two processes cannot decide two
 * things.
 */
export async function decide(
  cluster: Cluster,
  token: ExchangeToken,
  decision: Decision,
  options: CallOptions,
): Promise<Decision | undefined> {
  for (;;) {
    const cut = await formerCut(cluster, token, options)
    const decided = cut === undefined ? undefined : decisionOf(cut)
    if (cut === undefined || decided !== undefined) return decided
    const { namespace = '', name } = cut.metadata
    await changed(cluster.patch(KINDS.volumeSnapshot, { namespace, name }, marked(cut, { as: decision }), options))
  }
}

/** Writes on the claim that stands from the start that it stays: a removal that is under way fails by that. */
export async function keepFormer(
  cluster: Cluster,
  { namespace, name, runId }: ExchangeToken,
  claim: Resource,
  options: CallOptions,
): Promise<void> {
  const as: ClaimPart = 'former'
  const patch = marked(claim, { run: labelValue(runId), as })
  await changed(cluster.patch(KINDS.claim, { namespace, name }, patch, options))
}

/** Takes the marks of an exchange off a claim. */
export async function unmark(cluster: Cluster, claim: Resource, options: CallOptions): Promise<void> {
  const { namespace = '', name, labels = {} } = claim.metadata
  const body = [
    ...asRead(claim),
    ...[EXCHANGE.run, EXCHANGE.as]
      .filter((key) => labels[key] !== undefined)
      .map((key) => ({ op: 'remove' as const, path: pathOf(key) })),
  ]
  await changed(cluster.patch(KINDS.claim, { namespace, name }, { type: 'json', body }, options))
}

/** Somebody else changed it meanwhile: who waits for something looks again. */
async function changed(change: Promise<unknown>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!isSalvageError(error) || (error.code !== 'K8S.CONFLICT' && error.code !== 'K8S.INVALID')) throw error
  }
}

function marked(
  object: Resource,
  { run, as }: { readonly run?: string; readonly as: string },
): { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] } {
  const labels = { ...(run === undefined ? {} : { [EXCHANGE.run]: run }), [EXCHANGE.as]: as }
  const body: readonly JsonPatchOperation[] =
    object.metadata.labels === undefined
      ? [{ op: 'add', path: '/metadata/labels', value: labels }]
      : Object.entries(labels).map(([key, value]) => ({ op: 'add', path: pathOf(key), value }))
  return { type: 'json', body: [...asRead(object), ...body] }
}

function asRead({ metadata: { uid = '', resourceVersion = '' } }: Resource): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
  ]
}

function pathOf(key: string): string {
  return `/metadata/labels/${key.replace('/', '~1')}`
}
