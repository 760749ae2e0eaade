import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Finding, QuiesceChoice, TargetRef, Workload } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { Volume } from '../engine.ts'
import { bearerOf } from '../find-container.ts'
import { ACTION, COMPOSE, ENTITY, ROOT, SWARM_TASK } from '../label/keys.ts'
import { targetRef } from '../label/volume-item.ts'
import { quiesceChoices } from '../label/workload-labels.ts'
import type { IsOwn } from '../own-container.ts'
import { PAUSE, STOP } from '../quiesce/settings.ts'
import { priorOf } from '../quiesce/token.ts'
import { identityOf, scaledService, workloadId } from '../workload-id.ts'
import { dependenciesOf, hostsOf } from './dependencies.ts'
import { usedVolumes } from './shared-content.ts'
import { inServices } from './swarm.ts'
import type { Swarm } from './swarm.ts'

/** A container with what only the list of containers tells, and the paths of this machine that it can write to. */
export type Found = Container & { readonly createdSeconds: number; readonly writes?: readonly string[] }

/**
 * The containers that are no cranes, each as a workload; but those that are tasks of a service of a swarm, and come to
 * rest with it, are one together.
 */
export function workloadsOf(
  all: readonly Found[],
  volumes: readonly Volume[],
  { isOwn, swarm }: { readonly isOwn: IsOwn; readonly swarm: Swarm },
): readonly Workload[] {
  const containers = all.filter(({ labels }) => labels[ENTITY] === undefined)
  const ids = workloadIds(containers)
  const alone = containers.map((container) => {
    const { labels, name, writes = [] } = container
    const project = labels[COMPOSE.project]
    const hosts = [...hostsOf(container, containers)]
    return {
      id: idOf(ids, container.id),
      name,
      state: priorOf(container),
      ...(project === undefined ? {} : { project }),
      uses: [...usedVolumes(container, volumes)].toSorted().map((volume): TargetRef => targetRef(volume)),
      ...(writes.length === 0 ? {} : { writes }),
      dependsOn: [...dependenciesOf(container, containers)].map((id) => idOf(ids, id)).toSorted(),
      ...(hosts.length === 0 ? {} : { livesIn: hosts.map((id) => idOf(ids, id)).toSorted() }),
      ...restOf(container, isOwn),
    }
  })
  return inServices(alone, containers, swarm)
}

/**
 * From container id to workload id. Of several containers of one compose service and number one bears the service's id,
 * the others go by their own names.
 */
export function workloadIds(
  containers: readonly Pick<Found, 'id' | 'name' | 'labels' | 'status' | 'createdSeconds'>[],
): ReadonlyMap<string, string> {
  const groups = Map.groupBy(containers, ({ labels, name }) => workloadId(identityOf(labels, name)))
  const ids = new Map<string, string>()
  for (const [id, members] of groups) {
    const bearer = bearerOf(members)
    for (const member of members)
      ids.set(
        member.id,
        member === bearer || scaledService(member.labels) !== undefined
          ? id
          : workloadId({ kind: 'name', name: member.name }),
      )
  }
  return ids
}

function idOf(ids: ReadonlyMap<string, string>, container: string): string {
  return ids.get(container) ?? `docker:${container}`
}

type Rest = Pick<Workload, 'quiesce' | 'left' | 'refused' | 'down'>

function restOf(container: Found, isOwn: IsOwn): Rest {
  const left = leftBecause(container, isOwn)
  if (left !== undefined) return { quiesce: [], left }
  const undoable = !container.autoRemove && container.labels[SWARM_TASK] === undefined
  const down: Pick<Workload, 'down'> = undoable ? { down: { quiescer: STOP, settings: {} } } : {}
  let quiesce: readonly QuiesceChoice[]
  try {
    quiesce = quiesceChoices(container.labels, container.name)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return { quiesce: [], refused: findingOf(error), ...down }
  }
  if (quiesce.length === 0) return { quiesce, left: `it has the label ${ACTION}=ignore`, ...down }
  const refused = refusedBecause(container, new Set(quiesce.map(({ quiescer }) => quiescer)))
  return refused === undefined ? { quiesce, ...down } : { quiesce: [], refused }
}

function leftBecause(container: Found, isOwn: IsOwn): string | undefined {
  if (isOwn(container)) return 'this very process runs in it'
  return container.labels[ROOT] === undefined ? undefined : `it is the root container (label ${ROOT})`
}

function refusedBecause({ name, labels, autoRemove }: Found, ways: ReadonlySet<string>): Finding | undefined {
  if (labels[SWARM_TASK] !== undefined && (ways.has(STOP) || ways.has(PAUSE)))
    return {
      code: 'DOCKER.SWARM_TASK',
      message: `container ${name} is a task of a swarm service`,
      why: 'swarm would replace it as soon as it does not answer, and its commands would be those of another container',
      hint: `label it in the service: ${ACTION}=stop without commands, or ignore if a copy while it runs is good enough`,
    }
  if (autoRemove && ways.has(STOP))
    return {
      code: 'DOCKER.AUTO_REMOVE',
      message: `container ${name} would be removed by stopping it`,
      why: 'it was made with --rm',
      hint: `label it ${ACTION}=pause or ignore, or make it without --rm`,
    }
  return undefined
}
