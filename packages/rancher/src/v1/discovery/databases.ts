import type { Finding, Problem, TargetRef } from '@salvage-kit/core'
import type { IndexEntry } from '../../template/index-file.ts'
import type { Service, Stack, Texts } from '../client/schema.ts'
import type { Environment } from './environments.ts'
import { imageName } from './image.ts'
import type { Inventory } from './inventory.ts'
import { enabledBy } from './label.ts'
import { match } from './match.ts'
import { allOf, serviceRef } from './reference.ts'
import type { ServicePlace } from './reference.ts'
import { runs, serviceParts } from './service-parts.ts'
import type { ServicePart } from './service-parts.ts'

/** A database that can be dumped. */
export interface Database {
  readonly ref: TargetRef
  readonly place: ServicePlace
  readonly entry: IndexEntry
  /** As an engine wants it. */
  readonly image: string
  /** As the service sets it, not a container of it. Secrets are among it. */
  readonly environment: Texts
  readonly labels: Texts
  /** Containers that run and have an address; at least one, the oldest first. */
  readonly instances: readonly DatabaseInstance[]
  /** Names of containers that Rancher has and that cannot be dumped now: they do not run, or have no address. */
  readonly resting: readonly string[]
}

/** One container of a database. */
export interface DatabaseInstance {
  readonly id: string
  readonly name: string
  readonly address: string
}

/** The databases of an environment, and why others are none. */
export interface FoundDatabases {
  readonly databases: readonly Database[]
  readonly problems: readonly Problem[]
}

/** Services that are not meant to run, or not yet. */
const ASLEEP = /^(?:inactive|deactivating|registering|requested|updating-inactive|activating)$/
/** States of what is no more. */
export const GONE: RegExp = /^(?:removing|removed|purging|purged)$/

/** Pure. A service that cannot be dumped is a problem of its own; the others are found all the same. */
export function databases(
  { prefix }: Environment,
  { stacks, services, containers, odd }: Inventory,
  entries: readonly IndexEntry[],
): FoundDatabases {
  const found: Database[] = []
  const problems: Problem[] = odd.map((id) => ({
    code: 'RANCHER.ODD',
    message: `Rancher lists ${id}, which is not as its API says; it was left out`,
    // What it is nobody knows: it may be a database.
    target: allOf(prefix),
  }))
  const byId = new Map(stacks.map((stack) => [stack.id, stack]))
  for (const service of services) {
    if (service.type !== 'service' || GONE.test(service.state)) continue
    const stack = byId.get(service.stackId)
    const own = service.launchConfig == null ? undefined : enabledBy(service.launchConfig.labels)
    for (const part of serviceParts(service, containers.get(service.id) ?? [])) {
      const said = enabledBy(part.config.labels) ?? own
      const matched = match(part.config, entries)
      if (said?.enabled === false) {
        if (said.unusual && matched.kind === 'entry') problems.push(unusual(placeOf(prefix, stack, service, part)))
        continue
      }
      if (matched.kind === 'none') continue
      const place = placeOf(prefix, stack, service, part)
      if (matched.kind === 'unknown') problems.push(unknownType(place, matched.label))
      else {
        const instances = part.containers.filter(runs)
        const reachable = instances.filter(({ primaryIpAddress }) => primaryIpAddress !== '')
        if (stack === undefined) problems.push(problemOf(place, 'RANCHER.NO_STACK', 'its stack is not there'))
        else if (instances.length === 0) {
          if (!ASLEEP.test(service.state))
            problems.push(problemOf(place, 'RANCHER.NO_INSTANCE', 'no container of it runs'))
        } else if (reachable.length === 0)
          problems.push(
            problemOf(place, 'RANCHER.NO_ADDRESS', 'its containers have no address', {
              hint: 'containers in the network of their host or of another container have none in Rancher',
            }),
          )
        else
          found.push({
            ref: serviceRef(place),
            place,
            entry: matched.entry,
            image: imageName(part.config.imageUuid),
            environment: part.config.environment,
            labels: part.config.labels,
            instances: reachable.map(({ id, name, primaryIpAddress }) => ({ id, name, address: primaryIpAddress })),
            resting: part.containers
              .filter((one) => !GONE.test(one.state) && !reachable.includes(one))
              .map(({ id, name }) => name || id),
          })
      }
    }
  }
  return { databases: found, problems }
}

function placeOf(
  environment: string | undefined,
  stack: Stack | undefined,
  service: Service,
  { sidekick }: ServicePart,
): ServicePlace {
  return {
    ...(environment === undefined ? {} : { environment }),
    stack: stack?.name ?? service.stackId,
    service: service.name,
    ...(sidekick === undefined ? {} : { sidekick }),
  }
}

function problemOf(place: ServicePlace, code: string, why: string, more: Pick<Finding, 'hint'> = {}): Problem {
  const target = serviceRef(place)
  return { code, message: `${target} cannot be dumped: ${why}`, ...more, target }
}

function unknownType(place: ServicePlace, label: string): Problem {
  return {
    code: 'RANCHER.TYPE_UNKNOWN',
    message: `${serviceRef(place)} is not dumped: no template is for backup.type=${label}`,
    hint: 'write the name of an entry of the index, or remove the label',
  }
}

function unusual(place: ServicePlace): Problem {
  return {
    code: 'RANCHER.DISABLE_UNUSUAL',
    message: `${serviceRef(place)} is not dumped: backup.disable is there, and says neither true nor false`,
  }
}
