import type { CallOptions, Finding, Workload } from '@salvage-kit/core'
import type { DockerEngine, EngineInfo, SwarmService } from '../engine.ts'
import { ACTION } from '../label/keys.ts'
import type { Labels } from '../label/keys.ts'
import { SCALE } from '../quiesce/settings.ts'
import { scaledService, workloadId } from '../workload-id.ts'

/** The services of a swarm that have tasks here, and why others cannot come to rest. */
export interface Swarm {
  readonly services: ReadonlyMap<string, SwarmService>
  /** Why none of them can; undefined when they can. */
  readonly refusal?: string
}

/** Looks at the services of these containers; asks nothing where there are none. */
export async function swarmOf(
  engine: DockerEngine,
  containers: readonly { readonly labels: Labels }[],
  { swarm }: EngineInfo,
  options: CallOptions,
): Promise<Swarm> {
  const names = new Set(containers.flatMap(({ labels }) => scaledService(labels) ?? []))
  const services = new Map<string, SwarmService>()
  if (names.size === 0) return { services }
  if (swarm?.manages !== true) return { services, refusal: 'this machine does not manage the swarm' }
  if (swarm.machines !== 1) return { services, refusal: 'the swarm has other machines, on which nobody looks here' }
  for (const name of names) {
    const service = await engine.inspectService(name, options)
    if (service !== undefined) services.set(name, service)
  }
  return { services }
}

/** The same workloads; those that are containers of one service of a swarm are made one. */
export function inServices(
  alone: readonly Workload[],
  containers: readonly { readonly labels: Labels }[],
  swarm: Swarm,
): readonly Workload[] {
  const services = new Map(
    containers.flatMap(({ labels }) => {
      const service = scaledService(labels)
      return service === undefined ? [] : [[workloadId({ kind: 'swarm', service }), service] as const]
    }),
  )
  const groups = Map.groupBy(alone, ({ id }) => id)
  return [...groups].flatMap(([id, members]) => {
    const service = services.get(id)
    return service === undefined ? members : [together(id, service, members, swarm)]
  })
}

/** What has ended counts only when all have: swarm keeps some of its old containers. */
function together(id: string, service: string, members: readonly Workload[], swarm: Swarm): Workload {
  const up = members.filter(({ state }) => state !== 'stopped')
  const counted = up.length === 0 ? members : up
  const writes = unique(counted.flatMap((member) => member.writes ?? []))
  const left = members.find((member) => member.left !== undefined)?.left
  const scale = { quiescer: SCALE, settings: {} }
  const refused = left === undefined ? refusalOf(service, swarm) : undefined
  return {
    id,
    name: service,
    state: up.length === 0 ? 'stopped' : 'running',
    ...(counted[0]?.project === undefined ? {} : { project: counted[0].project }),
    uses: unique(counted.flatMap((member) => member.uses)),
    ...(writes.length === 0 ? {} : { writes }),
    dependsOn: unique(counted.flatMap((member) => member.dependsOn)).filter((other) => other !== id),
    quiesce: left === undefined && refused === undefined ? [scale] : [],
    ...(refused === undefined ? { down: scale } : { refused }),
    ...(left === undefined ? {} : { left }),
  }
}

function refusalOf(name: string, { services, refusal }: Swarm): Finding | undefined {
  const service = services.get(name)
  if (service?.replicas !== undefined) return undefined
  const why =
    refusal ??
    (service === undefined
      ? 'the swarm does not know it'
      : 'it is global, or a job: it cannot be told to have no tasks')
  return {
    code: 'DOCKER.SWARM_TASK',
    message: `service ${name} of the swarm cannot be stopped and started again`,
    why,
    hint: `label it ${ACTION}=ignore in the service if a copy while it runs is good enough`,
  }
}

function unique<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].toSorted()
}
