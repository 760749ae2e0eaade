import { deadline, SalvageError } from '@salvage-kit/core'
import { EventLine } from './answers.ts'
import { pieces } from './body.ts'
import type { EngineEvent, EventQuery } from '../engine.ts'
import { jsonLines } from './lines.ts'
import type { Requester } from './request.ts'
import { late } from './request.ts'

const WHAT = 'read events'
const HEAD_MS = 30_000

/** See `DockerEngine.events`. */
export async function engineEvents(
  requests: Requester,
  address: string,
  query: EventQuery,
  signal: AbortSignal,
): Promise<AsyncIterable<EngineEvent>> {
  const filters = {
    type: query.kinds ?? ['container'],
    ...(query.container === undefined ? {} : { container: [query.container] }),
    ...(query.actions.length === 0 ? {} : { event: query.actions }),
  }
  const parameters = {
    filters: JSON.stringify(filters),
    ...(query.sinceMs === undefined ? {} : { since: stamp(query.sinceMs) }),
    ...(query.untilMs === undefined ? {} : { until: stamp(query.untilMs) }),
  }
  // For the head of the answer alone: the stream itself has no end.
  using head = deadline(HEAD_MS, signal, late(WHAT, HEAD_MS))
  const body = await requests.open({ what: WHAT, method: 'GET', path: '/events', query: parameters }, head.signal)
  return read(pieces(body, WHAT, address, signal))
}

async function* read(body: AsyncIterable<Uint8Array>): AsyncIterable<EngineEvent> {
  for await (const line of jsonLines(body)) {
    const event = EventLine.safeParse(line)
    if (!event.success) throw new SalvageError('DOCKER.ANSWER', `${WHAT}: a line is no event of the engine's API`)
    const { Type, Action, Actor, timeNano } = event.data
    yield { kind: Type, action: Action, subject: Actor.ID, attributes: Actor.Attributes, atMs: timeNano / 1e6 }
  }
}

/** Seconds with nine digits behind the point, as the engine reads them. */
function stamp(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const nanoseconds = Math.floor((ms - seconds * 1000) * 1e6)
  return `${String(seconds)}.${String(nanoseconds).padStart(9, '0')}`
}
