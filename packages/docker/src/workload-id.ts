import { ACTION, COMPOSE, POST, PRE, SWARM_SERVICE, SWARM_TASK } from './label/keys.ts'
import type { Labels } from './label/keys.ts'

/** Who a container is, apart from its id: compose makes a new one of the same service, people one of the same name. */
export type Identity =
  | { readonly kind: 'service'; readonly project: string; readonly service: string; readonly number: string }
  | { readonly kind: 'name'; readonly name: string }
  /** All tasks of a service of a swarm: each has a container of its own, and a new one after each start. */
  | { readonly kind: 'swarm'; readonly service: string }

/** Who a container is. Containers of `docker compose run` go by their name: each is one of its own. */
export function identityOf(labels: Labels, name: string): Identity {
  const project = labels[COMPOSE.project]
  const service = labels[COMPOSE.service]
  const number = labels[COMPOSE.number]
  const swarm = scaledService(labels)
  if (swarm !== undefined) return { kind: 'swarm', service: swarm }
  const oneoff = labels[COMPOSE.oneoff]?.toLowerCase() === 'true'
  const parts = [project, service, number]
  if (oneoff || project === undefined || service === undefined || number === undefined) return { kind: 'name', name }
  if (parts.some((part) => part === undefined || !/^[\w.-]+$/.test(part))) return { kind: 'name', name }
  return { kind: 'service', project, service, number }
}

/**
 * The service of a swarm that a container is a task of, if it comes to rest as a whole: its tasks are told to stop, which
 * only swarm itself can do. Tasks that rest by commands alone, or stay up, are containers like any other.
 */
export function scaledService(labels: Labels): string | undefined {
  const stops = labels[ACTION] === undefined || labels[ACTION] === 'stop'
  if (labels[SWARM_TASK] === undefined || !stops || labels[PRE] !== undefined || labels[POST] !== undefined)
    return undefined
  return labels[SWARM_SERVICE]
}

/** `docker:PROJECT/SERVICE/NUMBER`, `docker:service:NAME` of a swarm, or `docker:NAME`. */
export function workloadId(identity: Identity): string {
  switch (identity.kind) {
    case 'name':
      return `docker:${identity.name}`
    case 'service':
      return `docker:${identity.project}/${identity.service}/${identity.number}`
    case 'swarm':
      return `docker:service:${identity.service}`
  }
}

/** Reads a {@link workloadId} back; undefined when it is none. */
export function parseWorkloadId(id: string): Identity | undefined {
  const [, project, service, number] = /^docker:([^/]+)\/([^/]+)\/([^/]+)$/.exec(id) ?? []
  if (project !== undefined && service !== undefined && number !== undefined)
    return { kind: 'service', project, service, number }
  const swarm = /^docker:service:([^/]+)$/.exec(id)?.[1]
  if (swarm !== undefined) return { kind: 'swarm', service: swarm }
  const name = /^docker:([^/]+)$/.exec(id)?.[1]
  return name === undefined ? undefined : { kind: 'name', name }
}
