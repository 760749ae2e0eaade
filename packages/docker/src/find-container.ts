import type { CallOptions } from '@salvage-kit/core'
import type { Container, ContainerSummary } from './container.ts'
import type { DockerEngine } from './engine.ts'
import { COMPOSE, SWARM_SERVICE } from './label/keys.ts'
import { identityOf } from './workload-id.ts'
import type { Identity } from './workload-id.ts'

/** The container that bears this identity now, whatever its id; undefined when there is none. */
export async function findContainer(
  engine: DockerEngine,
  identity: Identity,
  options: CallOptions,
): Promise<Container | undefined> {
  if (identity.kind === 'name') {
    const container = await engine.inspectContainer(identity.name, options)
    // The engine also finds by the beginning of an id, and by the names of links.
    return container?.name === identity.name ? container : undefined
  }
  const rows = await engine.listContainers(labelsOf(identity), options)
  const bearer = bearerOf(rows.filter((row) => identityOf(row.labels, row.name).kind === identity.kind))
  return bearer === undefined ? undefined : engine.inspectContainer(bearer.id, options)
}

function labelsOf(identity: Exclude<Identity, { kind: 'name' }>): readonly string[] {
  if (identity.kind === 'swarm') return [`${SWARM_SERVICE}=${identity.service}`]
  const { project, service, number } = identity
  return [`${COMPOSE.project}=${project}`, `${COMPOSE.service}=${service}`, `${COMPOSE.number}=${number}`]
}

/**
 * Which of several containers of one compose service and number bears the identity: while compose makes one anew there
 * are two for a moment. The one that is up, else the newest.
 */
export function bearerOf<Row extends Pick<ContainerSummary, 'id' | 'status' | 'createdSeconds'>>(
  rows: readonly Row[],
): Row | undefined {
  const up = rows.filter(({ status }) => status === 'running' || status === 'paused' || status === 'restarting')
  return (up.length > 0 ? up : rows).toSorted(
    (a, b) => b.createdSeconds - a.createdSeconds || (a.id < b.id ? -1 : 1),
  )[0]
}
