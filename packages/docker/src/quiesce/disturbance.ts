import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { pastEvents } from '../past-events.ts'
import { nameOf } from './token.ts'
import type { PauseToken } from './schema.ts'

/**
 * What woke a container since its token was made, by the engine's events; undefined when nothing did, as far as they
 * reach back: the engine keeps its last 256. The container's state shows no wake that was brief.
 */
export async function disturbance(
  engine: DockerEngine,
  token: PauseToken,
  options: CallOptions,
): Promise<string | undefined> {
  const query = { container: token.id, sinceMs: token.atMs, actions: ['unpause', 'start', 'restart'] }
  const [first] = await pastEvents(engine, query, options)
  if (first === undefined) return undefined
  return `${nameOf(token)} did "${first.action}" at ${new Date(first.atMs).toISOString()}`
}
