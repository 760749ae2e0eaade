import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { DockerEngine, EngineEvent } from '../engine.ts'

/** How long after its end the engine may take to tell all that happened to a container. */
const SETTLE_MS = 10_000

/** What others do to a container while it runs, from the engine's event stream. */
export interface VesselWatch extends AsyncDisposable {
  /**
   * Resolves, once the container has died, with what happened to it until then. Rejects when the stream broke: nobody
   * knows then what was missed.
   */
  settled(): Promise<VesselNews>
}

/** What a watch saw. */
export interface VesselNews {
  /** The numbers of the signals that were sent through the engine. */
  readonly signals: readonly number[]
  readonly outOfMemory: boolean
}

/** Resolves when the watch stands; begin before the container is started. */
export async function watchVessel(engine: DockerEngine, id: string, { signal }: CallOptions): Promise<VesselWatch> {
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const events = await engine.events({ container: id, actions: ['kill', 'oom', 'die'] }, { signal: over })
  const seen: EngineEvent[] = []
  const watching = read(events, seen)
  // Nobody may be waiting when it breaks.
  watching.catch(() => {})
  return {
    async settled() {
      const timer = setTimeout(() => stop.abort(late()), SETTLE_MS)
      try {
        await watching
      } finally {
        clearTimeout(timer)
      }
      return { signals: seen.flatMap(killSignal), outOfMemory: seen.some(({ action }) => action === 'oom') }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await watching.catch(() => {})
    },
  }
}

/** Up to its death: all that was done to it before stands before that in the stream. */
async function read(events: AsyncIterable<EngineEvent>, seen: EngineEvent[]): Promise<void> {
  for await (const event of events) {
    seen.push(event)
    if (event.action === 'die') return
  }
  throw new SalvageError('DOCKER.UNREACHABLE', 'the engine ended its stream of events', { retryable: true })
}

function killSignal({ action, attributes }: EngineEvent): readonly number[] {
  const number = Number(attributes['signal'])
  return action === 'kill' ? [Number.isInteger(number) ? number : 0] : []
}

function late(): SalvageError {
  return new SalvageError('DOCKER.DEADLINE', 'the engine did not tell of the end of a container that had ended')
}
