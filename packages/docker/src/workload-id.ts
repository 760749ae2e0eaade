import { COMPOSE } from './label/keys.ts'
import type { Labels } from './label/keys.ts'

/** Who a container is, apart from its id: compose makes a new one of the same service, people one of the same name. */
export type Identity =
  | { readonly kind: 'service'; readonly project: string; readonly service: string; readonly number: string }
  | { readonly kind: 'name'; readonly name: string }

/** Who a container is. Containers of `docker compose run` go by their name: each is one of its own. */
export function identityOf(labels: Labels, name: string): Identity {
  const project = labels[COMPOSE.project]
  const service = labels[COMPOSE.service]
  const number = labels[COMPOSE.number]
  const oneoff = labels[COMPOSE.oneoff]?.toLowerCase() === 'true'
  const parts = [project, service, number]
  if (oneoff || project === undefined || service === undefined || number === undefined) return { kind: 'name', name }
  if (parts.some((part) => part === undefined || !/^[\w.-]+$/.test(part))) return { kind: 'name', name }
  return { kind: 'service', project, service, number }
}

/** `docker:PROJECT/SERVICE/NUMBER` or `docker:NAME`. */
export function workloadId(identity: Identity): string {
  return identity.kind === 'name'
    ? `docker:${identity.name}`
    : `docker:${identity.project}/${identity.service}/${identity.number}`
}

/** Reads a {@link workloadId} back; undefined when it is none. */
export function parseWorkloadId(id: string): Identity | undefined {
  const [, project, service, number] = /^docker:([^/]+)\/([^/]+)\/([^/]+)$/.exec(id) ?? []
  if (project !== undefined && service !== undefined && number !== undefined)
    return { kind: 'service', project, service, number }
  const name = /^docker:([^/]+)$/.exec(id)?.[1]
  return name === undefined ? undefined : { kind: 'name', name }
}
