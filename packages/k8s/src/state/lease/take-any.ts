import { randomBytes, randomInt } from 'node:crypto'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../../client/cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import { STATE_LABEL, stateLabels } from '../place.ts'
import type { StatePlace } from '../place.ts'
import { now } from './age.ts'
import type { TakenLease } from './held-lease.ts'
import { makeLease, readLease, takeLease } from './lease.ts'
import type { Claim } from './lease.ts'
import { lease } from './schema.ts'
import type { LeaseState } from './schema.ts'

/** Reads the leases of this state. */
export async function listLeases(
  cluster: Cluster,
  place: StatePlace,
  options: CallOptions,
): Promise<readonly LeaseState[]> {
  const scope = { namespace: place.namespace, labelSelector: `${STATE_LABEL}=${place.name}` }
  const found: LeaseState[] = []
  for await (const one of cluster.list(KINDS.lease, scope, options)) found.push(lease.parse(one))
  return found
}

/**
 * Takes a free lease of this state, or makes one when none is free: so there are never more than were held at once, and
 * none has to be removed.
 */
export async function takeAnyLease(
  cluster: Cluster,
  place: StatePlace,
  claim: Claim,
  options: CallOptions,
): Promise<TakenLease> {
  const free = (await listLeases(cluster, place, options)).filter(({ holder }) => holder === '')
  while (free.length > 0) {
    // Any of them: others who look at the same time then mostly take another one.
    const [one] = free.splice(randomInt(free.length), 1)
    const taken = one === undefined ? undefined : await takeIfFree(cluster, place.namespace, one, claim, options)
    if (taken !== undefined) return taken
  }
  const at = { namespace: place.namespace, name: `${place.name}-${randomBytes(4).toString('hex')}` }
  const since = now()
  return { at, since, state: await makeLease(cluster, at, stateLabels(place), claim, options) }
}

/** Takes this lease; undefined when somebody else was faster. */
export async function takeIfFree(
  cluster: Cluster,
  namespace: string,
  free: LeaseState,
  claim: Claim,
  options: CallOptions,
): Promise<TakenLease | undefined> {
  const at: ObjectName = { namespace, name: free.metadata.name }
  const since = now()
  try {
    const state = await takeLease(cluster, at, free, claim, options)
    return state?.holder === claim.holder ? { at, since, state } : undefined
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.CONFLICT') throw error
    const state = await readLease(cluster, at, options)
    return state?.holder === claim.holder ? { at, since, state } : undefined
  }
}
