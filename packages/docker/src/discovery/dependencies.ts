import type { Container } from '../container.ts'
import { COMPOSE } from '../label/keys.ts'

/**
 * The ids of the containers that must be up before this one: services of `depends_on`, links, and containers whose
 * network, processes, shared memory or volumes it uses. What is not among `all` is left out.
 */
export function dependenciesOf(container: Container, all: readonly Container[]): ReadonlySet<string> {
  const found = new Set<string>()
  const project = container.labels[COMPOSE.project]
  const services = dependedServices(container.labels[COMPOSE.dependsOn])
  for (const other of all)
    if (
      project !== undefined &&
      other.labels[COMPOSE.project] === project &&
      services.has(other.labels[COMPOSE.service] ?? '') &&
      other.labels[COMPOSE.oneoff]?.toLowerCase() !== 'true'
    )
      found.add(other.id)
  const references = [
    ...container.links.map((link) => link.split(':')[0] ?? ''),
    ...container.volumesFrom.map((from) => from.split(':')[0] ?? ''),
    ...[container.networkMode, container.ipcMode, container.pidMode].flatMap(sharedWith),
  ]
  for (const reference of references) {
    const other = all.find(({ id, name }) => id === reference || name === reference.replace(/^\//, ''))
    if (other !== undefined) found.add(other.id)
  }
  found.delete(container.id)
  return found
}

/** `db:service_healthy:false,cache:service_started:true`; older versions of compose write `db,cache`. */
function dependedServices(label: string | undefined): ReadonlySet<string> {
  const items = (label ?? '').split(',').map((item) => item.split(':')[0]?.trim() ?? '')
  return new Set(items.filter((service) => service !== ''))
}

function sharedWith(mode: string): readonly string[] {
  return mode.startsWith('container:') ? [mode.slice('container:'.length)] : []
}
