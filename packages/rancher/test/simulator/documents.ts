import type { SimulatedContainer, SimulatedProject, SimulatedService, SimulatedStack, World } from './world.ts'

/** A resource, as the API sends it. */
export type Document = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string }

const PRIMARY = 'io.rancher.service.primary.launch.config'

/** The stacks of an environment; `base` is the address that links begin with. */
export function stacks(project: SimulatedProject, base: string): readonly Document[] {
  return sorted(project.stacks.map((stack) => stackDocument(stack, project, base)))
}

/** Its services, of every type. */
export function services(project: SimulatedProject, base: string): readonly Document[] {
  return sorted(
    project.stacks.flatMap((stack) => stack.services.map((service) => serviceDocument(service, stack, project, base))),
  )
}

/** Its containers. */
export function containers(project: SimulatedProject, base: string): readonly Document[] {
  return sorted(
    project.stacks.flatMap((stack) =>
      stack.services.flatMap((service) =>
        service.containers.map((container) => containerDocument(container, service, stack, project, base)),
      ),
    ),
  )
}

/** The environments that a key sees. */
export function projects(seen: readonly SimulatedProject[], base: string): readonly Document[] {
  return sorted(
    seen.map(({ id, name, state }) => ({
      ...resource('project', id, `${base}/projects/${id}`, ['services', 'stacks', 'containers', 'hosts']),
      name,
      kind: 'project',
      state,
      orchestration: 'cattle',
      uuid: `uuid-${id}`,
    })),
  )
}

/** The settings of the server that a key may see. */
export function settings(world: World, base: string): readonly Document[] {
  return Object.entries(world.settings).map(([name, value]) => ({
    ...resource('setting', `1as!${name}`, `${base}/settings/${name}`, []),
    name,
    activeValue: value,
    value,
    inDb: false,
    source: null,
  }))
}

function stackDocument(stack: SimulatedStack, project: SimulatedProject, base: string): Document {
  const self = `${base}/stacks/${stack.id}`
  const actions = ['upgrade', 'remove', ...(stack.compose === undefined ? [] : ['exportconfig'])]
  return {
    ...resource('stack', stack.id, self, ['account', 'services', 'volumes']),
    type: stack.type,
    actions: stack.system ? {} : Object.fromEntries(actions.map((name) => [name, `${self}/?action=${name}`])),
    name: stack.name,
    state: stack.state,
    accountId: project.id,
    system: stack.system,
    healthState: 'healthy',
    kind: stack.type,
    serviceIds: stack.services.map(({ id }) => id),
    environment: null,
    externalId: '',
    transitioning: 'no',
    uuid: `uuid-${stack.id}`,
  }
}

function serviceDocument(
  service: SimulatedService,
  stack: SimulatedStack,
  project: SimulatedProject,
  base: string,
): Document {
  const document: Document = {
    ...resource('service', service.id, `${base}/services/${service.id}`, ['account', 'stack', 'instances']),
    type: service.type,
    name: service.name,
    state: service.state,
    accountId: project.id,
    stackId: stack.id,
    currentScale: service.containers.length,
    scale: service.containers.length,
    healthState: 'healthy',
    instanceIds: service.containers.map(({ id }) => id),
    kind: service.type,
    launchConfig: service.launchConfig ?? null,
    secondaryLaunchConfigs: service.secondaryLaunchConfigs ?? null,
    system: stack.system,
    transitioning: 'no',
    uuid: `uuid-${service.id}`,
  }
  const kept = Object.entries(document).filter(([name]) => !service.without.includes(name))
  return { ...Object.fromEntries(kept), id: document.id, type: document.type }
}

function containerDocument(
  container: SimulatedContainer,
  service: SimulatedService,
  stack: SimulatedStack,
  project: SimulatedProject,
  base: string,
): Document {
  return {
    ...resource('instance', container.id, `${base}/containers/${container.id}`, ['hosts', 'services', 'volumes']),
    type: 'container',
    name: `${stack.name}-${service.name}-${container.id}`,
    state: container.state,
    accountId: project.id,
    hostId: '1h1',
    primaryIpAddress: container.address,
    serviceIds: [service.id],
    stackId: stack.id,
    labels:
      container.labels === null
        ? null
        : {
            'io.rancher.stack.name': stack.name,
            'io.rancher.stack_service.name': `${stack.name}/${service.name}`,
            'io.rancher.service.launch.config': container.sidekick ?? PRIMARY,
            ...container.labels,
          },
    system: stack.system,
    transitioning: 'no',
    uuid: `uuid-${container.id}`,
  }
}

function resource(type: string, id: string, self: string, links: readonly string[]): Document {
  return {
    id,
    type,
    baseType: type,
    links: { self, ...Object.fromEntries(links.map((name) => [name, `${self}/${name.toLowerCase()}`])) },
    actions: {},
  }
}

/** Ascending by the number in the id: `1s2` before `1s10`. */
function sorted(documents: readonly Document[]): readonly Document[] {
  const number = ({ id }: Document): number => Number(/(\d+)$/.exec(id)?.[1] ?? 0)
  return documents.toSorted((a, b) => number(a) - number(b))
}
