import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Slot, SlotOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../../client/cluster.ts'
import { now } from '../lease/age.ts'
import { holdLease } from '../lease/held-lease.ts'
import type { TakenLease } from '../lease/held-lease.ts'
import { isDead } from '../lease/judge.ts'
import { makeLease, readLease } from '../lease/lease.ts'
import type { Claim } from '../lease/lease.ts'
import { newHolder } from '../lease/own-lease.ts'
import { takeIfFree } from '../lease/take-any.ts'
import { stateLabels } from '../place.ts'
import type { StatePlace } from '../place.ts'
import { checkCount, fromAnywhere, slotsTaken, slotWaiting } from './slot.ts'

/** Slots of a cluster. */
export interface LeaseSlotSettings extends StatePlace {
  /** How many there are: the Leases `NAME-1` to `NAME-COUNT`. */
  readonly count: number
  /** How long to wait for one, in milliseconds; 0: one look. */
  readonly timeoutMs: number
  /** How long a slot stands that is not renewed, in whole seconds. Default: 60. */
  readonly leaseSeconds?: number
  /** Between two renewals, in milliseconds. Default: 5 seconds. */
  readonly renewMs?: number
}

const LEASE_SECONDS = 60
const RENEW_MS = 5000
const PAUSE_MS = 1000

/**
 * A slot of all pods that use the same namespace and name, where there is no directory of the node to share. That of a dead
 * process is free when its Lease has not been renewed for as long as it stands. Rejects with `LOCK.SLOTS_TAKEN`,
 * `LOCK.SLOTS` (no such count) and `K8S.…`.
 */
export async function leaseSlot(cluster: Cluster, settings: LeaseSlotSettings, options: SlotOptions): Promise<Slot> {
  const { namespace, name, count, timeoutMs, leaseSeconds = LEASE_SECONDS, renewMs = RENEW_MS } = settings
  options.signal.throwIfAborted()
  checkCount(count)
  const claim = { holder: newHolder(), seconds: leaseSeconds }
  const start = performance.now()
  using waiting = deadline(Math.max(timeoutMs, 1) * 2 + leaseSeconds * 1000, options.signal)
  const watched = new Map<number, Promise<void>>()
  const stopping = new AbortController()
  const signal = AbortSignal.any([waiting.signal, stopping.signal])
  try {
    for (let isFirst = true; ; isFirst = false) {
      for (const number of fromAnywhere(count, Math.random())) {
        const at = { namespace, name: `${name}-${String(number)}` }
        const taken = await takeSlot(cluster, at, { ...claim, labels: stateLabels(settings) }, { signal })
        if (taken !== undefined) return slot(cluster, taken, { seconds: leaseSeconds, renewMs })
        if (timeoutMs > 0 && !watched.has(number))
          watched.set(number, freeWhenDead(cluster, at, leaseSeconds * 1000, { signal }))
      }
      const leftMs = start + timeoutMs - performance.now()
      if (leftMs <= 0) throw slotsTaken(`${namespace}/${name}`, count, timeoutMs)
      if (isFirst) options.onWait?.(slotWaiting(`${namespace}/${name}`, count, timeoutMs))
      await sleep(Math.min(leftMs, PAUSE_MS * (0.5 + Math.random() / 2)), undefined, { signal })
    }
  } finally {
    stopping.abort()
    await Promise.all(watched.values())
  }
}

async function takeSlot(
  cluster: Cluster,
  at: ObjectName & { readonly namespace: string },
  { labels, ...claim }: Claim & { readonly labels: Readonly<Record<string, string>> },
  options: CallOptions,
): Promise<TakenLease | undefined> {
  const found = await readLease(cluster, at, options)
  if (found !== undefined)
    return found.holder === '' ? takeIfFree(cluster, at.namespace, found, claim, options) : undefined
  const since = now()
  try {
    return { at, since, state: await makeLease(cluster, at, labels, claim, options) }
  } catch (error) {
    if (isSalvageError(error) && error.code === 'K8S.EXISTS') return undefined
    throw error
  }
}

/** Frees the slot each time its holder turns out to be dead, until aborted. What fails is tried again. */
async function freeWhenDead(cluster: Cluster, at: ObjectName, durationMs: number, options: CallOptions): Promise<void> {
  while (!options.signal.aborted)
    try {
      const found = await readLease(cluster, at, options)
      if (found !== undefined && found.holder !== '')
        await isDead(cluster, { at, holder: found.holder, durationMs }, options)
      await sleep(PAUSE_MS, undefined, options)
    } catch {
      await sleep(PAUSE_MS, undefined, options).catch(() => undefined)
    }
}

function slot(
  cluster: Cluster,
  taken: TakenLease,
  settings: { readonly seconds: number; readonly renewMs: number },
): Slot {
  const held = holdLease(cluster, taken, settings)
  return {
    name: `${taken.at.namespace ?? ''}/${taken.at.name}`,
    lost: held.lost,
    [Symbol.asyncDispose]: async () => held[Symbol.asyncDispose](),
  }
}
