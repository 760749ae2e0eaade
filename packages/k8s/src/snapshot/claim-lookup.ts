import { deadline } from '@salvage-kit/core'
import type { CallOptions, ClaimSource } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'

/** One that is kept for others, as whoever looks claims up wants it: thousands are held at once. */
interface View<Seen> {
  readonly until: number
  readonly claims: Promise<ReadonlyMap<string, Seen>>
}

const VIEW_MS = 30_000
/** So many that are asked for at once in one namespace are worth a list. */
const MANY = 4

/**
 * Looks claims up, read by `read`: few of a namespace one by one, many by one list of it, which counts for half a minute. What
 * the list does not have, or has so that it is not `lasting`, is asked for alone: it may have changed since.
 */
export function claimLookup<Seen>(
  cluster: Cluster,
  {
    read,
    lasting,
  }: { readonly read: (claim: Resource) => Seen; readonly lasting: (seen: Seen, at: ClaimSource) => boolean },
): (at: ClaimSource, options: CallOptions) => Promise<Seen | undefined> {
  const views = new Map<string, View<Seen>>()
  const waiting = new Map<string, number>()

  const alone = async ({ namespace, name }: ClaimSource, options: CallOptions): Promise<Seen | undefined> => {
    const found = await cluster.get(KINDS.claim, { namespace, name }, options)
    return found === undefined ? undefined : read(found)
  }
  const listed = async (namespace: string): Promise<ReadonlyMap<string, Seen>> => {
    using own = deadline(VIEW_MS)
    const claims = new Map<string, Seen>()
    for await (const claim of cluster.list(KINDS.claim, { namespace }, own))
      claims.set(claim.metadata.name, read(claim))
    return claims
  }
  const viewOf = async (namespace: string): Promise<ReadonlyMap<string, Seen> | undefined> => {
    const known = views.get(namespace)
    if (known !== undefined && performance.now() < known.until) return known.claims
    // Whoever asks in the same moment is counted.
    waiting.set(namespace, (waiting.get(namespace) ?? 0) + 1)
    await new Promise(setImmediate)
    const asked = waiting.get(namespace) ?? 0
    setImmediate(() => waiting.delete(namespace))
    if (asked < MANY) return undefined
    const made = views.get(namespace)
    if (made !== undefined && performance.now() < made.until) return made.claims
    const fresh = { until: performance.now() + VIEW_MS, claims: listed(namespace) }
    views.set(namespace, fresh)
    return fresh.claims
  }
  return async (at, options) => {
    // Where claims may not be listed, or not now, each is asked for: that tells what is wrong.
    const view = await viewOf(at.namespace).catch(() => undefined)
    options.signal.throwIfAborted()
    const seen = view?.get(at.name)
    return seen !== undefined && lasting(seen, at) ? seen : alone(at, options)
  }
}
