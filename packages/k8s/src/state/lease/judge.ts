import { setTimeout as sleep } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../../client/cluster.ts'
import { freeLease, readLease } from './lease.ts'
import type { LeaseState } from './schema.ts'

/** Of whom it is asked whether he lives, and how long a lease stands that does not say, in milliseconds. */
export interface Suspect {
  readonly at: ObjectName
  readonly holder: string
  readonly durationMs: number
}

/** Nobody waits longer for a lease that promises nonsense. */
const LONGEST_MS = 15 * 60_000
/** How often a lease is looked at in the time for which it stands. */
const LOOKS = 30
const SHORTEST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000
/** Of the time for which a lease stands: when it could not be looked at for longer, its holder could not renew it either. */
const LARGEST_GAP = 1 / 6
/** An answer that takes this long is no outage. */
const SMALLEST_GAP_MS = 500

/**
 * Whether the holder of a lease is dead. Then the lease is free: he cannot renew it any more, and learns of it. Resolves as
 * soon as one renewal was seen, or when none was for as long as the lease stands. Judged by what changes and by the steady
 * clock of this process: the clocks of others may be wrong. Time in which the API server did not answer, or in which this
 * process itself stood still, does not count. Rejects with `K8S.…`.
 */
export async function isDead(cluster: Cluster, suspect: Suspect, options: CallOptions): Promise<boolean> {
  let first: { readonly version: string; since: number; last: number } | undefined
  for (;;) {
    options.signal.throwIfAborted()
    const now = await readLease(cluster, suspect.at, options)
    if (now === undefined || now.holder !== suspect.holder) return true
    const { resourceVersion: version } = now.metadata
    if (first !== undefined && first.version !== version) return false
    const patienceMs = Math.min(LONGEST_MS, now.durationMs ?? suspect.durationMs)
    const at = performance.now()
    first ??= { version, since: at, last: at }
    if (at - first.last > Math.max(SMALLEST_GAP_MS, patienceMs * LARGEST_GAP)) first.since = at
    first.last = at
    if (at - first.since >= patienceMs && (await isFreed(cluster, suspect.at, now, options))) return true
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, patienceMs / LOOKS))
    await sleep(pauseMs, undefined, options)
  }
}

/** False when it is not as it was seen: renewed at the last moment, or freed by somebody else. */
async function isFreed(cluster: Cluster, at: ObjectName, seen: LeaseState, options: CallOptions): Promise<boolean> {
  try {
    await freeLease(cluster, at, seen, options)
    return true
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.CONFLICT') return false
    throw error
  }
}
