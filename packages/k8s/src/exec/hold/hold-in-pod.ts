import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { PodPlace } from '../run/pod-script.ts'
import { placeOf } from '../session/lost.ts'
import { holdLost } from './failure.ts'
import type { HeldSession } from './held-session.ts'
import { openHeld } from './held-session.ts'
import type { HoldScripts } from './hold-script.ts'
import { thawedElsewhere } from './thawed-elsewhere.ts'

/** How a hold ended. */
export interface Released {
  /** Whether the pod was at rest without a gap until it was asked to thaw. When not, what was cut meanwhile is not consistent. */
  readonly stood: boolean
  /** The exit code of the thaw script; absent when nobody knows it, since the pod thawed by itself or another process did it. */
  readonly code?: number
}

/** A pod at rest. */
export interface HeldInPod {
  /** Aborts with `EXEC.HOLD_LOST` as soon as it is known here that the hold fell, or may have, before it was released. */
  readonly lost: AbortSignal
  /**
   * Thaws, and resolves when the thaw script has ended, wherever it ran. When the connection is gone it goes there by another
   * one and waits until the pod has thawed by itself, or does it. The signal ends the waiting; the pod thaws then by itself.
   * May be called again. Rejects as `thawedElsewhere`.
   */
  readonly release: (options: CallOptions) => Promise<Released>
}

/**
 * Brings something in a container to rest and resolves when its quiesce script has succeeded. It stays so as long as this
 * process is heard there, every few seconds; when it is not (killed, stopped, its node or the network dead), or the connection
 * ends, the pod thaws by itself within `patienceMs`. The signal counts until this resolves; when it aborts then, or anything
 * fails, the pod ends the quiesce script and thaws: `thawedElsewhere` waits for that. Rejects with `EXEC.QUIESCE_FAILED`
 * (thawed already), `EXEC.HELD` (a hold of this id stands, or was left by a dead process), `EXEC.UNWRITABLE` (no marker can be
 * made), `EXEC.NO_SHELL`, `EXEC.NO_TOOL`, `EXEC.VALUE`, `EXEC.LOST`, and as {@link Cluster.exec}.
 */
export async function holdInPod(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  scripts: HoldScripts,
  { signal }: CallOptions,
): Promise<HeldInPod> {
  signal.throwIfAborted()
  const connection = new AbortController()
  const abandon = (): void => connection.abort(signal.reason)
  signal.addEventListener('abort', abandon, { once: true })
  try {
    const session = await openHeld(cluster, where, scripts, { signal: connection.signal })
    try {
      await session.held
      return heldOver(session, cluster, where, scripts)
    } catch (error) {
      await session[Symbol.asyncDispose]()
      throw error
    }
  } finally {
    signal.removeEventListener('abort', abandon)
  }
}

function heldOver(
  session: HeldSession,
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  scripts: HoldScripts,
): HeldInPod {
  const fallen = new AbortController()
  let asked = false
  const notice = async (): Promise<void> => {
    await session.over
    if (!asked) fallen.abort(holdLost(placeOf(where)))
  }
  void notice()
  return {
    lost: fallen.signal,
    async release(options): Promise<Released> {
      options.signal.throwIfAborted()
      asked = true
      session.ask()
      await using _ = session
      const told = await untilAborted(session.over, options.signal)
      const stood = told?.why === 'release'
      if (told?.thawed !== undefined) return { stood, code: told.thawed }
      return { stood, ...(await thawedElsewhere(cluster, where, scripts, options)) }
    },
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const give = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', give, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', give)
  }
}
