import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { StatePlace } from '../place.ts'
import { holdLease } from './held-lease.ts'
import type { HeldLease, HoldSettings } from './held-lease.ts'
import { isDead } from './judge.ts'
import { listLeases, takeAnyLease } from './take-any.ts'

/** The one lease of this process, as long as somebody needs it. */
export interface OwnLease {
  /** Takes it, if it is not held. Rejects with `K8S.…`. */
  retain(options: CallOptions): Promise<Retained>
  /** What is held now: undefined when nobody needs one. A lost one counts until the last who had it lets go. */
  held(): HeldLease | undefined
}

/** One who needs it; the last one who disposes of it frees it. */
export interface Retained extends AsyncDisposable {
  readonly lease: HeldLease
}

interface Shared {
  readonly lease: HeldLease
  readonly tidying: AbortController
  users: number
  over: boolean
}

/** Nothing is taken before somebody needs it. */
export function ownLease(cluster: Cluster, place: StatePlace, settings: HoldSettings): OwnLease {
  let current: Promise<Shared> | undefined
  const live = new Set<Shared>()

  async function begin(options: CallOptions): Promise<Shared> {
    const claim = { holder: newHolder(), seconds: settings.seconds }
    const taken = await takeAnyLease(cluster, place, claim, options)
    const lease = holdLease(cluster, taken, settings)
    const shared: Shared = { lease, tidying: new AbortController(), users: 0, over: false }
    live.add(shared)
    void freeDead(lease, { signal: shared.tidying.signal }).catch(() => undefined)
    return shared
  }

  /** Leases of dead processes that nobody asks about become free by this, and are used again. */
  async function freeDead(mine: HeldLease, options: CallOptions): Promise<void> {
    const others = (await listLeases(cluster, place, options)).filter(
      ({ holder }) => holder !== '' && holder !== mine.holder,
    )
    const durationMs = settings.seconds * 1000
    for (const { metadata, holder } of others)
      await isDead(cluster, { at: { ...mine.at, name: metadata.name }, holder, durationMs }, options)
  }

  async function release(shared: Shared): Promise<void> {
    shared.users -= 1
    if (shared.users > 0) return
    shared.over = true
    live.delete(shared)
    shared.tidying.abort()
    await shared.lease[Symbol.asyncDispose]()
  }

  return {
    held: () => {
      const leases = [...live].map(({ lease }) => lease)
      return leases.find(({ lost }) => lost.aborted) ?? leases.at(-1)
    },
    retain: async (options) => {
      for (;;) {
        const mine = (current ??= begin(options))
        try {
          const shared = await mine
          if (!shared.over && !shared.lease.lost.aborted) return retained(shared)
        } catch (error) {
          if (current === mine) current = undefined
          throw error
        }
        if (current === mine) current = undefined
      }
    },
  }

  function retained(shared: Shared): Retained {
    shared.users += 1
    let isMine = true
    return {
      lease: shared.lease,
      [Symbol.asyncDispose]: async () => {
        if (!isMine) return
        isMine = false
        await release(shared)
      },
    }
  }
}

/** Names a process for people, and one taking of a lease for everybody else. */
export function newHolder(): string {
  return `${hostname()}_${String(process.pid)}_${randomBytes(8).toString('hex')}`
}
