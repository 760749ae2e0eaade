import { deadline } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine, EngineEvent, EventQuery } from './engine.ts'

const LIMIT_MS = 30_000

/** What has happened up to `untilMs`, or to now, as far as the engine remembers: its last 256 events. */
export async function pastEvents(
  engine: DockerEngine,
  query: EventQuery,
  options: CallOptions,
): Promise<readonly EngineEvent[]> {
  using limit = deadline(LIMIT_MS, options.signal)
  const call = { signal: limit.signal }
  const untilMs = query.untilMs ?? (await engine.now(call))
  const events: EngineEvent[] = []
  for await (const event of await engine.events({ ...query, untilMs }, call)) events.push(event)
  return events
}
