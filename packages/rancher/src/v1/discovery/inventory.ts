import type { CallOptions } from '@salvage-kit/core'
import type { Cattle } from '../client/cattle.ts'
import { Container, Service, Stack } from '../client/schema.ts'
import type { Environment } from './environments.ts'

/** What stands in one environment, read in three lists. */
export interface Inventory {
  readonly stacks: readonly Stack[]
  readonly services: readonly Service[]
  /** By the id of the service. */
  readonly containers: ReadonlyMap<string, readonly Container[]>
  /** Ids of what could not be read. */
  readonly odd: readonly string[]
}

/** Reads an environment. The number of calls does not grow with that of its services, but with their pages. */
export async function inventory(api: Cattle, environment: Environment, { signal }: CallOptions): Promise<Inventory> {
  const scope = { signal, ...(environment.id === undefined ? {} : { project: environment.id }) }
  const [stacks, services, containers] = await Promise.all([
    api.list('stacks', Stack, scope),
    api.list('services', Service, scope),
    api.list('containers', Container, scope),
  ])
  const byId = new Map(containers.items.map((container) => [container.id, container]))
  const ids = new Map(services.items.map((service) => [service.id, new Set(service.instanceIds)]))
  for (const container of containers.items) for (const id of container.serviceIds) ids.get(id)?.add(container.id)
  return {
    stacks: stacks.items,
    services: services.items,
    containers: new Map(
      [...ids].map(([id, of]) => [
        id,
        [...of]
          .map((one) => byId.get(one))
          .filter((one) => one !== undefined)
          .toSorted((a, b) => idNumber(a.id) - idNumber(b.id)),
      ]),
    ),
    odd: [...stacks.odd, ...services.odd, ...containers.odd],
  }
}

/** The order in which the API lists: `1i2` before `1i10`. */
function idNumber(id: string): number {
  return Number(/(\d+)$/.exec(id)?.[1] ?? 0)
}
