import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine, EngineEvent } from '../engine.ts'
import { eventsOn } from '../event-chain.ts'

/** How often the container itself is looked at, should the engine not tell of its end. */
const LOOK_MS = 15_000
/** How long after its end the engine may take to tell of it. */
const LATE_MS = 10_000

/** What becomes of a container, from the engine's event stream. */
export interface VesselWatch extends AsyncDisposable {
  /** Resolves when the container has died. Rejects when events may have been missed, and with the signal's reason. */
  ended(): Promise<VesselNews>
}

/** What happened to a container up to its death. */
export interface VesselNews {
  /** The numbers of the signals that were sent through the engine. */
  readonly signals: readonly number[]
  readonly outOfMemory: boolean
}

/** Resolves when the watch stands; begin before the container is started. */
export async function watchVessel(engine: DockerEngine, id: string, { signal }: CallOptions): Promise<VesselWatch> {
  const stop = new AbortController()
  const over = { signal: AbortSignal.any([signal, stop.signal]) }
  const events = await eventsOn(engine, {}, over)
  const watching = newsOf(events, id)
  // Nobody may be waiting when it breaks.
  watching.catch(() => {})
  return {
    async ended() {
      const looking = lookAfter(engine, id, over, (reason) => stop.abort(reason))
      try {
        return await watching
      } finally {
        stop.abort()
        await looking
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watching.catch(() => {})
    },
  }
}

/** All that was done to it before its death stands before that in the stream. */
async function newsOf(events: AsyncIterable<EngineEvent>, id: string): Promise<VesselNews> {
  const signals: number[] = []
  let outOfMemory = false
  for await (const { subject, action, attributes } of events) {
    if (subject !== id) continue
    if (action === 'kill') signals.push(Number.parseInt(attributes['signal'] ?? '', 10) || 0)
    if (action === 'oom') outOfMemory = true
    if (action === 'die') break
  }
  return { signals, outOfMemory }
}

/** Gives up when the container has ended and the stream of events does not say so. Never rejects. */
async function lookAfter(
  engine: DockerEngine,
  id: string,
  { signal }: CallOptions,
  giveUp: (reason: unknown) => void,
): Promise<void> {
  try {
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal })
      if (await mayRun(engine, id, { signal })) continue
      await sleep(LATE_MS, undefined, { signal })
      giveUp(new SalvageError('DOCKER.DEADLINE', 'the engine did not tell of the end of a container that has ended'))
      return
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** An engine that does not answer just now is asked again: whether it is there the stream of events tells better. */
async function mayRun(engine: DockerEngine, id: string, options: CallOptions): Promise<boolean> {
  try {
    const state = await engine.inspectContainer(id, options)
    return state?.status === 'running' || state?.status === 'paused'
  } catch (error) {
    if (isSalvageError(error)) return true
    throw error
  }
}
