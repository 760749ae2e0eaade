import type { CallOptions, TargetRef } from '@salvage-kit/core'
import type { Cattle } from '../client/cattle.ts'
import { GONE } from '../discovery/databases.ts'
import { environments } from '../discovery/environments.ts'
import type { Environment } from '../discovery/environments.ts'
import { inventory } from '../discovery/inventory.ts'
import type { Inventory } from '../discovery/inventory.ts'
import { serviceRef, stackRef } from '../discovery/reference.ts'
import { serviceParts } from '../discovery/service-parts.ts'

/** What stands in one environment that answered. */
export interface Standing {
  readonly environment: Environment
  /** All of it could be read, and it is not empty: what is not among it was not there. */
  readonly isWhole: boolean
  /** Services, sidekicks and stacks, whatever state they are in but removed. */
  readonly things: readonly StandingThing[]
}

/** One service, sidekick or stack. */
export interface StandingThing {
  readonly ref: TargetRef
  /** The reference that it has without its environment: it stays when that is renamed, or another key is used. */
  readonly local: TargetRef
  /** The names of its containers, whatever state they are in but removed. */
  readonly containers: readonly string[]
}

/** What there is in the environments that are looked at, dumped or not. Rejects with the codes of a call. */
export async function standingIn(
  api: Cattle,
  wanted: readonly string[],
  { signal }: CallOptions,
): Promise<readonly Standing[]> {
  const all: Standing[] = []
  for (const environment of await environments(api, wanted, { signal }))
    all.push(standingOf(environment, await inventory(api, environment, { signal })))
  return all
}

function standingOf(environment: Environment, { stacks, services, containers, odd }: Inventory): Standing {
  const base = environment.prefix === undefined ? {} : { environment: environment.prefix }
  const names = new Map(stacks.map(({ id, name }) => [id, name]))
  const things: StandingThing[] = []
  for (const { name: stack, state } of stacks)
    if (!GONE.test(state))
      things.push({ ref: stackRef({ ...base, stack }), local: stackRef({ stack }), containers: [] })
  for (const service of services) {
    if (GONE.test(service.state)) continue
    const local = { stack: names.get(service.stackId) ?? service.stackId, service: service.name }
    const own = containers.get(service.id) ?? []
    const parts = new Map(serviceParts(service, own).map(({ sidekick, containers: of }) => [sidekick, of]))
    for (const sidekick of [undefined, ...(service.secondaryLaunchConfigs ?? []).map(({ name }) => name)]) {
      const place = { ...local, ...(sidekick === undefined ? {} : { sidekick }) }
      const standing = (parts.get(sidekick) ?? []).filter(({ state }) => !GONE.test(state))
      things.push({
        ref: serviceRef({ ...base, ...place }),
        local: serviceRef(place),
        containers: standing.map(({ id, name }) => name || id),
      })
    }
  }
  return { environment, isWhole: odd.length === 0 && things.length > 0, things }
}

/** A reference without its environment. */
export function localRef(target: TargetRef): TargetRef {
  const [, local] = /^rancher:[^:]+:(.*)$/s.exec(target) ?? []
  return local === undefined ? target : `rancher:${local}`
}
