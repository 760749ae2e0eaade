import { SalvageError } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import type { DockerEngine, EngineEvent, EventQuery } from './engine.ts'
import { eventsOn } from './event-chain.ts'

const cut = new SalvageError('DOCKER.UNREACHABLE', 'cut', { retryable: true })

function event(action: string, atMs: number): EngineEvent {
  return { kind: 'container', action, subject: 'c1', attributes: {}, atMs }
}

/** An engine whose streams of events are cut after what is given for each. */
function engineOf(streams: readonly (readonly EngineEvent[])[], asked: EventQuery[]): Pick<DockerEngine, 'events'> {
  const next = streams.values()
  return {
    events: async (query) => {
      asked.push(query)
      const events = next.next().value
      if (events === undefined) throw cut
      return (async function* () {
        yield* events
        throw cut
      })()
    },
  }
}

async function read(streams: readonly (readonly EngineEvent[])[], asked: EventQuery[] = []): Promise<string[]> {
  const seen: string[] = []
  const { signal } = new AbortController()
  try {
    for await (const { action } of await eventsOn(engineOf(streams, asked), {}, { signal })) seen.push(action)
  } catch (error) {
    if (!(error instanceof SalvageError)) throw error
    seen.push(error.code)
  }
  return seen
}

describe('events without a gap', () => {
  test('a cut stream goes on after the last event, which is told once', async () => {
    const asked: EventQuery[] = []
    const streams = [
      [event('start', 5)],
      [event('other', 4.5), event('start', 5), event('kill', 6)],
      [event('kill', 6)],
    ]
    expect(await read(streams, asked)).toEqual(['start', 'kill', 'DOCKER.UNREACHABLE'])
    expect(asked).toEqual([
      { actions: [] },
      { sinceMs: 4, actions: [] },
      { sinceMs: 5, actions: [] },
      { sinceMs: 5, actions: [] },
    ])
  })

  test('an engine that tells of later things first has forgotten, or is another one', async () => {
    expect(await read([[event('start', 5)], [event('kill', 6), event('start', 5)]])).toEqual([
      'start',
      'DOCKER.UNREACHABLE',
    ])
    expect(await read([[event('start', 5)], [event('stop', 5), event('kill', 5.1)]])).toEqual([
      'start',
      'DOCKER.UNREACHABLE',
    ])
  })

  test('without an event before the cut nothing can be repeated', async () => {
    expect(await read([[], [event('start', 5)]])).toEqual(['DOCKER.UNREACHABLE'])
  })
})
