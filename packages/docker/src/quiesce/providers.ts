import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { dependsOn, isOfService } from '../label/depends-on.ts'
import { COMPOSE, HEALTH_TIMEOUT } from '../label/keys.ts'
import { healthLimitMs } from './health.ts'
import type { Providers, StopToken } from './schema.ts'
import { bearer, nameOf } from './token.ts'

const POLL_MS = 250

/** The services that must be healthy before this container is started, as compose was told; undefined when there are none. */
export async function providersOf(
  engine: DockerEngine,
  { labels }: Pick<Container, 'labels'>,
  options: CallOptions,
): Promise<Providers | undefined> {
  const project = labels[COMPOSE.project]
  const services = dependsOn(labels).flatMap(({ service, healthy }) => (healthy ? [service] : []))
  if (project === undefined || services.length === 0) return undefined
  const found = await containersOf(engine, { project, services }, options)
  return { project, services, limitMs: Math.max(0, ...found.map(healthLimitMs)) }
}

/**
 * Waits until the providers of a container that is about to be started are healthy. Those that are not up, or have no
 * health check, are not waited for. When the time is over the container is to be started all the same, and the finding
 * `DOCKER.PROVIDER` says so.
 */
export async function providersHealthy(
  engine: DockerEngine,
  token: StopToken,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const { providers } = token
  if (providers === undefined || (await bearer(engine, token, options))?.status === 'running') return []
  const until = performance.now() + providers.limitMs
  for (;;) {
    const found = await containersOf(engine, providers, options)
    const waiting = found.filter(({ status, health }) => status === 'running' && (health ?? 'healthy') !== 'healthy')
    if (waiting.length === 0) return []
    if (performance.now() >= until) return waiting.map((provider) => notHealthy(token, provider, providers.limitMs))
    await sleep(Math.min(POLL_MS, until - performance.now()), undefined, { signal: options.signal })
  }
}

async function containersOf(
  engine: DockerEngine,
  { project, services }: Pick<Providers, 'project' | 'services'>,
  options: CallOptions,
): Promise<readonly Container[]> {
  const rows = await engine.listContainers([`${COMPOSE.project}=${project}`], options)
  const wanted = rows.filter(({ labels }) => services.some((service) => isOfService(labels, project, service)))
  const found = await Promise.all(wanted.map(async ({ id }) => engine.inspectContainer(id, options)))
  return found.filter((container) => container !== undefined)
}

function notHealthy(token: StopToken, { name }: Container, limitMs: number): Finding {
  return {
    code: 'DOCKER.PROVIDER',
    message: `${nameOf(token)} was started although container ${name}, which it waits for, is not healthy`,
    why: `${formatDuration(limitMs)} were not enough`,
    hint: `see docker logs ${name}; if it needs longer, set the label ${HEALTH_TIMEOUT} on it`,
  }
}
