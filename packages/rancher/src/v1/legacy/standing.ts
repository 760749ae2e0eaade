import type { CallOptions, TargetRef } from '@salvage-kit/core'
import type { Cattle } from '../client/cattle.ts'
import { GONE } from '../discovery/databases.ts'
import { environments } from '../discovery/environments.ts'
import { inventory } from '../discovery/inventory.ts'
import { serviceRef, stackRef } from '../discovery/reference.ts'

/** All services, sidekicks and stacks of Rancher, whatever state they are in but removed. Rejects with the codes of a call. */
export async function standingIn(
  api: Cattle,
  wanted: readonly string[],
  { signal }: CallOptions,
): Promise<ReadonlySet<TargetRef>> {
  const refs = new Set<TargetRef>()
  for (const environment of await environments(api, wanted, { signal })) {
    const { stacks, services } = await inventory(api, environment, { signal })
    const { prefix } = environment
    const base = prefix === undefined ? {} : { environment: prefix }
    const names = new Map(stacks.map(({ id, name }) => [id, name]))
    for (const { name, state } of stacks) if (!GONE.test(state)) refs.add(stackRef({ ...base, stack: name }))
    for (const { name: service, stackId, state, secondaryLaunchConfigs } of services) {
      if (GONE.test(state)) continue
      const place = { ...base, stack: names.get(stackId) ?? stackId, service }
      refs.add(serviceRef(place))
      for (const { name: sidekick } of secondaryLaunchConfigs ?? []) refs.add(serviceRef({ ...place, sidekick }))
    }
  }
  return refs
}
