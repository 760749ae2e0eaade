import { constants } from 'node:os'
import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { graceMs } from './grace.ts'
import { pastEvents } from '../past-events.ts'
import type { StopToken } from './schema.ts'
import { underWay } from './under-way.ts'

/** What the engine needs beyond the grace to kill and to note the end. */
const BEYOND_GRACE_MS = 15_000

/**
 * A container that runs although somebody asked, or may have asked, to stop it: a stop cannot be called off, and it will
 * go down within its grace. Resolves once that is over: it is down or gone, or runs because it was never asked.
 */
export async function stopOver(engine: DockerEngine, token: StopToken, options: CallOptions): Promise<void> {
  const container = await engine.inspectContainer(token.id, options)
  const restarted = token.startedAt !== undefined && container?.startedAt !== token.startedAt
  if (container?.status !== 'running' || restarted) return
  if (!(await mayBeStopping(engine, token, container, options))) {
    await underWay(options)
    if (!(await mayBeStopping(engine, token, container, options))) return
  }
  try {
    await engine.waitContainer(token.id, { ...options, limitMs: graceMs(token) + BEYOND_GRACE_MS })
  } catch (error) {
    if (!isSalvageError(error) || !['DOCKER.DEADLINE', 'DOCKER.NOT_FOUND'].includes(error.code)) throw error
    options.signal.throwIfAborted()
  }
}

/**
 * Whether the signal of a stop was sent to it since the token was made; true also where the engine's events do not reach
 * back so far.
 */
async function mayBeStopping(
  engine: DockerEngine,
  token: StopToken,
  container: Container,
  options: CallOptions,
): Promise<boolean> {
  const query = { sinceMs: 0, kinds: ['container', 'volume'] as const, actions: [] }
  let reachesBack = false
  for (const { action, subject, attributes, atMs } of await pastEvents(engine, query, options)) {
    if (atMs <= token.atMs) reachesBack = true
    else if (action === 'kill' && subject === token.id && isOfStop(attributes['signal'], container.stopSignal))
      return true
  }
  return !reachesBack
}

/** `sent` is a number; what a container names may be one, or a name with or without SIG. */
function isOfStop(sent: string | undefined, stopSignal: string): boolean {
  const name = stopSignal === '' ? 'SIGTERM' : stopSignal.toUpperCase()
  const known = Object.entries(constants.signals).find(([signal, number]) =>
    [signal, signal.replace(/^SIG/, ''), String(number)].includes(name),
  )
  const wanted = known?.[1]
  return sent === undefined || wanted === undefined || [wanted, constants.signals.SIGKILL].includes(Number(sent))
}
