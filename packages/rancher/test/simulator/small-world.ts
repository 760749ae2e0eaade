import type { WorldInput } from './world.ts'

/** What tests say of a service. */
export interface ServiceInput {
  readonly id?: number
  readonly name?: string
  readonly image?: string
  readonly env?: Record<string, string>
  readonly labels?: Record<string, string> | null
  readonly containers?: readonly ContainerInput[]
  readonly without?: string[]
}

type ContainerInput = NonNullable<NonNullable<StackInput['services']>[number]['containers']>[number]
type StackInput = NonNullable<WorldInput['projects'][number]['stacks']>[number]

/** Fourteen bytes each. */
export const COMPOSE = { docker: "version: '2'\r\n", rancher: "version: '2'\r\n" }

/** A database of `app` that runs in one container, unless it is said otherwise. */
export function service({
  id = 1,
  name = 'db',
  image = 'docker:postgres:9.6',
  env,
  labels,
  containers,
  without,
}: ServiceInput): NonNullable<StackInput['services']>[number] {
  return {
    id: `1s${String(id)}`,
    name,
    launchConfig: {
      imageUuid: image,
      ...(env === undefined ? {} : { environment: env }),
      ...(labels === undefined ? {} : { labels }),
    },
    containers: [...(containers ?? [{ id: `1i${String(id)}`, address: `10.42.0.${String(id)}` }])],
    ...(without === undefined ? {} : { without }),
  }
}

/** One environment with one stack. */
export function world(services: readonly ServiceInput[], stack: Partial<StackInput> = {}): WorldInput {
  return {
    projects: [
      {
        id: '1a5',
        name: 'Default',
        stacks: [{ id: '1st1', name: 'app', compose: COMPOSE, ...stack, services: services.map(service) }],
      },
    ],
    keys: [{ name: 'key', secret: 'secret', project: '1a5' }],
  }
}
