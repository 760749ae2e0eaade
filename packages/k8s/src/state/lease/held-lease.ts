import { deadline, isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../../client/cluster.ts'
import { age, now } from './age.ts'
import type { Moment } from './age.ts'
import { freeLease, readLease, renewLease } from './lease.ts'
import { lostLease, unsureLease } from './lost.ts'
import { oneMore } from './one-more.ts'
import type { LeaseState } from './schema.ts'

/** A lease that this process holds and renews. Disposing of it frees it, as far as the cluster can be reached. */
export interface HeldLease extends AsyncDisposable {
  readonly at: ObjectName
  /** Unique: of this one taking. */
  readonly holder: string
  /** Aborts with `LOCK.LOST` when somebody else has it or has freed it. */
  readonly lost: AbortSignal
  /**
   * Renews it: when this resolves, nobody had taken it at a moment after the call, and nobody can for as long as it stands.
   * Rejects with `LOCK.LOST`, and with `LOCK.UNSURE` when that cannot be found out.
   */
  prove(options: CallOptions): Promise<void>
  /** How long nobody can take it, in milliseconds, whatever this process can reach. Negative when that is over. */
  safeForMs(): number
}

/** How a lease is held. */
export interface HoldSettings {
  readonly seconds: number
  /** Between two renewals, in milliseconds. */
  readonly renewMs: number
}

/** A lease that was just taken. */
export interface TakenLease {
  readonly at: ObjectName
  readonly state: LeaseState
  /** Before the call that took it. */
  readonly since: Moment
}

/** Part of the time for which it stands that is not used: two clocks may run a little apart. */
const MARGIN = 0.2
const FREE_WITHIN_MS = 5000

/** Holds it: renews it from now on, by a timer that keeps no process alive. */
export function holdLease(cluster: Cluster, { at, ...taken }: TakenLease, settings: HoldSettings): HeldLease {
  const what = `the lease ${at.namespace ?? ''}/${at.name}`
  const losing = new AbortController()
  const ending = new AbortController()
  const { holder } = taken.state
  let { state, since } = taken

  /** Looks whether it is still held; what changed it was somebody's label then, or a renewal whose answer was lost. */
  async function lookAgain(options: CallOptions): Promise<void> {
    const found = await readLease(cluster, at, options)
    if (found?.holder !== holder) losing.abort(lostLease(what))
    else state = found
  }

  async function renew(options: CallOptions): Promise<void> {
    while (!losing.signal.aborted) {
      const sent = now()
      try {
        const renewed = await renewLease(cluster, at, state, options)
        if (renewed?.holder === holder) {
          state = renewed
          since = sent
          return
        }
        losing.abort(lostLease(what))
      } catch (error) {
        if (!isSalvageError(error) || error.code !== 'K8S.CONFLICT') throw error
        await lookAgain(options)
      }
    }
    losing.signal.throwIfAborted()
  }

  const renewOnce = oneMore(async () => {
    ending.signal.throwIfAborted()
    using limit = deadline(settings.seconds * 1000, ending.signal)
    await renew({ signal: limit.signal })
  })

  let timer: NodeJS.Timeout | undefined
  const schedule = (): void => {
    timer = setTimeout(() => {
      void renewOnce()
        .catch(() => undefined)
        .then(() => (losing.signal.aborted || ending.signal.aborted ? undefined : schedule()))
    }, settings.renewMs).unref()
  }
  schedule()

  return {
    at,
    holder,
    lost: losing.signal,
    prove: async ({ signal }) => {
      losing.signal.throwIfAborted()
      signal.throwIfAborted()
      try {
        await orAborted(renewOnce(), signal)
      } catch (error) {
        losing.signal.throwIfAborted()
        throw unsureLease(what, error)
      }
    },
    safeForMs: () => settings.seconds * 1000 * (1 - MARGIN) - age(since),
    [Symbol.asyncDispose]: async () => {
      if (ending.signal.aborted) return
      clearTimeout(timer)
      ending.abort()
      await renewOnce().catch(() => undefined)
      if (losing.signal.aborted) return
      using limit = deadline(FREE_WITHIN_MS)
      const free = async (): Promise<unknown> => freeLease(cluster, at, state, limit)
      // What cannot be freed now is free when nobody renews it any more.
      await free()
        .catch(async () => {
          await lookAgain(limit)
          if (!losing.signal.aborted) await free()
        })
        .catch(() => undefined)
    },
  }
}

/** What comes first. The work goes on for whoever else waits for it. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
