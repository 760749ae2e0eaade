import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine, EngineEvent, EventQuery } from './engine.ts'

const AGAIN_MS = 100
/** How long the engine may take to repeat an event that it has told already. */
const REPEAT_MS = 10_000
/** Event times lose a few hundred nanoseconds on their way. */
const SAME_MS = 0.001

/** What can be asked for events. */
type EventSource = Pick<DockerEngine, 'events'>

/**
 * All events of these kinds (default: of containers) from `sinceMs` or now on, without a gap, until the signal. Resolves
 * when the subscription stands.
 *
 * A proxy before the engine's socket may cut a connection on which nothing is said for some minutes. Then the engine is
 * asked for what came since the last event that was seen, that one included. Only the same engine process can repeat it,
 * and only while nothing between it and now has dropped out of the engine's memory of 256 events. When it cannot, the
 * stream throws `DOCKER.UNREACHABLE`: the engine was restarted, or events were missed. Nothing is filtered by the engine, so
 * that on a busy one the last event seen is never an old one.
 */
export async function eventsOn(
  engine: EventSource,
  { sinceMs, ...kinds }: Pick<EventQuery, 'kinds' | 'sinceMs'>,
  options: CallOptions,
): Promise<AsyncIterable<EngineEvent>> {
  const query = { ...kinds, actions: [] }
  const first = await engine.events(sinceMs === undefined ? query : { ...query, sinceMs }, options)
  return chain(engine, query, first, options)
}

async function* chain(
  engine: EventSource,
  query: EventQuery,
  first: AsyncIterable<EngineEvent>,
  options: CallOptions,
): AsyncIterable<EngineEvent> {
  let last: EngineEvent | undefined
  let events = first
  for (;;) {
    try {
      for await (const event of events) {
        last = event
        yield event
      }
      options.signal.throwIfAborted()
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isCut(error)) throw error
    }
    if (last === undefined) throw missed('its stream of events ended before the first event')
    await sleep(AGAIN_MS, undefined, { signal: options.signal })
    events = await since(engine, query, last, options)
  }
}

async function since(
  engine: EventSource,
  query: EventQuery,
  last: EngineEvent,
  { signal }: CallOptions,
): Promise<AsyncIterable<EngineEvent>> {
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const iterator = (await engine.events({ ...query, sinceMs: last.atMs - 1 }, { signal: over }))[Symbol.asyncIterator]()
  const timer = setTimeout(() => stop.abort(missed('it was restarted, or remembers too little')), REPEAT_MS)
  try {
    for (;;) {
      const { value, done } = await iterator.next()
      if (done === true) throw missed('its stream of events ended')
      if (isSame(value, last)) break
      if (value.atMs > last.atMs + SAME_MS) throw missed('it was restarted, or remembers too little')
    }
  } catch (error) {
    stop.abort()
    throw error
  } finally {
    clearTimeout(timer)
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

function isSame(event: EngineEvent, last: EngineEvent): boolean {
  const { action, subject, atMs } = event
  return action === last.action && subject === last.subject && Math.abs(atMs - last.atMs) < SAME_MS
}

function isCut(error: unknown): boolean {
  return isSalvageError(error) && error.code === 'DOCKER.UNREACHABLE'
}

function missed(why: string): SalvageError {
  return new SalvageError('DOCKER.UNREACHABLE', 'what happened on the engine meanwhile is not known', {
    why,
    retryable: true,
  })
}
