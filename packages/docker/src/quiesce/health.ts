import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration, parseDuration } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { HEALTH_TIMEOUT } from '../label/keys.ts'
import type { Token } from './schema.ts'
import { bearer, nameOf } from './token.ts'

const DEFAULT_LIMIT_MS = 120_000
const POLL_MS = 500

/** A token that knows whether its container was healthy, or about to be. */
export type HealthToken = Token & { readonly healthMs?: number }

/** How long a container may take to be healthy again: what its label says, else two minutes and its own start period. */
export function healthLimitMs({ labels, startPeriodMs }: Pick<Container, 'labels' | 'startPeriodMs'>): number {
  const said = labels[HEALTH_TIMEOUT]
  try {
    if (said !== undefined) return parseDuration(said)
  } catch {
    // The survey has told of it.
  }
  return DEFAULT_LIMIT_MS + Math.ceil(startPeriodMs)
}

/** The member of a token for a container that was healthy, or about to be: how long it may take to be so again. */
export function healthMsOf(container: Container): Pick<HealthToken, 'healthMs'> {
  const { health } = container
  return health === 'healthy' || health === 'starting' ? { healthMs: healthLimitMs(container) } : {}
}

/**
 * Waits until the container of a token is as healthy as it was. Docker calls a container unhealthy that may yet recover,
 * so its word is taken only when the time is over. Findings: `HEALTH.ENDED`, `HEALTH.TIMEOUT`, `HEALTH.UNHEALTHY`.
 */
export async function healthyAgain(
  engine: DockerEngine,
  token: HealthToken,
  options: CallOptions,
): Promise<readonly Finding[]> {
  if (token.prior !== 'running') return []
  const limitMs = token.healthMs ?? 0
  const until = performance.now() + limitMs
  for (;;) {
    const container = await bearer(engine, token, options)
    if (container === undefined) return [ended(token, 'it was removed')]
    const { status, health } = container
    if (['exited', 'dead', 'created', 'removing'].includes(status))
      return [ended(token, `it ended with code ${String(container.exitCode)}`, container)]
    if (
      limitMs === 0 ||
      status === 'paused' ||
      (status === 'running' && (health === undefined || health === 'healthy'))
    )
      return []
    if (performance.now() >= until) return [late(token, container, limitMs)]
    await sleep(Math.min(POLL_MS, until - performance.now()), undefined, { signal: options.signal })
  }
}

function ended(token: Token, why: string, container?: Container): Finding {
  return {
    code: 'HEALTH.ENDED',
    message: `${nameOf(token)} was put back and is not up any more`,
    why,
    ...(container === undefined ? {} : { hint: `see docker logs ${container.name}` }),
  }
}

function late(token: Token, { name, status, health }: Container, limitMs: number): Finding {
  const unhealthy = health === 'unhealthy'
  const state = status === 'restarting' ? 'it restarts all the time' : 'its health check has not passed yet'
  return {
    code: unhealthy ? 'HEALTH.UNHEALTHY' : 'HEALTH.TIMEOUT',
    message: `${nameOf(token)} is not healthy again after ${formatDuration(limitMs)}`,
    why: unhealthy ? 'its health check fails' : state,
    hint: `see docker inspect ${name} and its logs; if it needs longer, set the label ${HEALTH_TIMEOUT}`,
  }
}
