import type { CallOptions } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine, EngineEvent, Volume } from '../engine.ts'
import { ENTITY } from '../label/keys.ts'
import { ownContainer } from '../own-container.ts'
import { identityOf, workloadId } from '../workload-id.ts'
import { usedVolumes } from './shared-content.ts'
import { isEngineMachine } from './volume-target.ts'
import { workloadIds } from './workloads.ts'
import { writtenPaths } from './written-paths.ts'

/** What is remembered of a container, for events that come when it is gone already. */
export interface Known {
  /** Its workload. */
  readonly id: string
  /** Names of volumes. */
  readonly uses: ReadonlySet<string>
  /** Real paths of this machine. */
  readonly writes: readonly string[]
}

/** The containers of an engine, by their events. */
export interface KnownContainers {
  /** Of whom an event tells: looked at when it was not there at the beginning. */
  of(event: EngineEvent): Promise<Known>
  forget(container: string): void
}

/** Those that are there now; `machine` is the name of the engine's own. */
export async function knownContainers(
  engine: DockerEngine,
  machine: string,
  options: CallOptions,
): Promise<KnownContainers> {
  const [containers, volumes, isOwn] = await Promise.all([
    engine.listContainers([], options),
    engine.listVolumes(options),
    ownContainer(),
  ])
  const here = isEngineMachine(machine, containers.some(isOwn))
  const ids = workloadIds(containers.filter(({ labels }) => labels[ENTITY] === undefined))
  const look = async (id: string, found: Pick<Container, 'mounts'>, all: readonly Volume[]): Promise<Known> => ({
    id,
    uses: usedVolumes(found, all),
    writes: here ? await writtenPaths(found, all) : [],
  })
  const known = new Map<string, Known>()
  for (const container of containers)
    known.set(container.id, await look(ids.get(container.id) ?? ownName(container), container, volumes))
  return {
    async of({ subject, attributes }) {
      const before = known.get(subject)
      if (before !== undefined) return before
      const id = ownName({ labels: attributes, name: attributes['name'] ?? subject })
      const container = await engine.inspectContainer(subject, options)
      if (container === undefined) return { id, uses: new Set(), writes: [] }
      const found = await look(id, container, await engine.listVolumes(options))
      known.set(subject, found)
      return found
    },
    forget: (container) => void known.delete(container),
  }
}

/** The labels of a container are among the attributes of its events. */
function ownName({ labels, name }: Pick<Container, 'labels' | 'name'>): string {
  return workloadId(identityOf(labels, name))
}
