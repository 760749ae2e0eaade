import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { pastEvents } from '../past-events.ts'
import { nameOf } from './token.ts'
import type { PauseToken, StopToken } from './schema.ts'

/**
 * A container at rest that somebody else stopped on purpose during the hold, which then is how they want it: told, and
 * left alone. Of a container that was stopped here that can only be after somebody started it. The engine tells of a stop
 * that was asked for, and of no other end. One that was restarted has forgotten, and stops by itself what it finds.
 */
export async function leftStopped(
  engine: DockerEngine,
  token: StopToken | PauseToken,
  container: Container,
  options: CallOptions,
): Promise<Finding | undefined> {
  const since = Date.parse(container.startedAt)
  const stoppedHere = token.kind === 'stop' && container.startedAt === token.startedAt
  if (container.id !== token.id || container.status !== 'exited' || token.startedAt === undefined || stoppedHere)
    return undefined
  const all = await pastEvents(engine, { sinceMs: 0, kinds: ['container', 'volume'], actions: [] }, options)
  const reachesBack = all.some(({ atMs }) => atMs <= token.atMs)
  const stop = all.findLast(
    ({ action, subject, atMs }) => action === 'stop' && subject === token.id && atMs >= Math.max(token.atMs, since),
  )
  if (stop === undefined || !reachesBack) return undefined
  return {
    code: 'DOCKER.LEFT_STOPPED',
    message: `${nameOf(token)} stays stopped, by somebody else`,
    why: `it was stopped at ${new Date(stop.atMs).toISOString()}, while it should have been at rest here`,
    hint: `run docker start ${container.name} if it should run`,
  }
}
