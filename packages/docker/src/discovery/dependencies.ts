import type { Container } from '../container.ts'
import { dependsOn, isOfService } from '../label/depends-on.ts'
import { COMPOSE } from '../label/keys.ts'

/**
 * The ids of the containers that must be up before this one: services of `depends_on`, links, and containers whose
 * network, processes, shared memory or volumes it uses. What is not among `all` is left out.
 */
export function dependenciesOf(container: Container, all: readonly Container[]): ReadonlySet<string> {
  const found = new Set<string>()
  const project = container.labels[COMPOSE.project]
  const services = project === undefined ? [] : dependsOn(container.labels)
  for (const other of all)
    if (services.some(({ service }) => isOfService(other.labels, project ?? '', service))) found.add(other.id)
  const references = [
    ...container.links.map((link) => link.split(':')[0] ?? ''),
    ...container.volumesFrom.map((from) => from.split(':')[0] ?? ''),
  ]
  for (const id of [...referred(references, all), ...hostsOf(container, all)]) found.add(id)
  found.delete(container.id)
  return found
}

/**
 * The ids of the containers whose network, processes or shared memory it uses. When one of them ends, these are gone for
 * this one until it is started again itself.
 */
export function hostsOf({ networkMode, ipcMode, pidMode }: Container, all: readonly Container[]): ReadonlySet<string> {
  return referred([networkMode, ipcMode, pidMode].flatMap(sharedWith), all)
}

/** The containers of which the id or the name is given, the name with or without a slash. */
function referred(references: readonly string[], all: readonly Container[]): ReadonlySet<string> {
  const wanted = references.map((reference) => reference.replace(/^\//, ''))
  return new Set(all.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name)).map(({ id }) => id))
}

function sharedWith(mode: string): readonly string[] {
  return mode.startsWith('container:') ? [mode.slice('container:'.length)] : []
}
