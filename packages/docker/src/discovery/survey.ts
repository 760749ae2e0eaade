import type { CallOptions, Survey } from '@salvage-kit/core'
import { dumpTargets } from '../dump/dump-targets.ts'
import type { DockerEngine } from '../engine.ts'
import { JOB_LABEL } from '../job/job-labels.ts'
import { ENTITY } from '../label/keys.ts'
import { tideCranes } from '../label/tide-cranes.ts'
import { tideVolumes } from '../label/tide-labels.ts'
import { unknownLabels } from '../label/unknown-labels.ts'
import { mapLimit } from '../limit.ts'
import { ownContainer } from '../own-container.ts'
import { swarmOf } from './swarm.ts'
import { isEngineMachine, volumeTarget } from './volume-target.ts'
import { workloadsOf } from './workloads.ts'
import type { Found } from './workloads.ts'
import { writtenPaths } from './written-paths.ts'

const CALLS_AT_ONCE = 16

/**
 * Every volume and every database that labels ask to dump as a target, and every container but those of cranes as a workload, with what their labels say. Asks the
 * engine with GET requests only. What was removed while it was asked for is left out.
 */
export async function surveyEngine(engine: DockerEngine, options: CallOptions): Promise<Survey> {
  options.signal.throwIfAborted()
  const [containers, allVolumes, isOwn, machine] = await Promise.all([
    allContainers(engine, options),
    engine.listVolumes(options),
    ownContainer(),
    engine.info(options),
  ])
  const volumes = allVolumes.filter(({ labels }) => labels[JOB_LABEL] === undefined)
  const applications = containers.filter(({ labels }) => labels[ENTITY] === undefined)
  const { tides, problems } = tideVolumes(applications, volumes)
  const cranes = tideCranes(applications, volumes, { tides })
  const vantage = { onEngineMachine: isEngineMachine(machine.name, containers.some(isOwn)) }
  const targets = await mapLimit(volumes, CALLS_AT_ONCE, (volume) =>
    volumeTarget(
      engine,
      volume,
      { tides: tides.get(volume.name) ?? [], stores: cranes.stores.get(volume.name) },
      vantage,
      options,
    ),
  )
  const swarm = await swarmOf(engine, applications, machine, options)
  const found = await mapLimit(containers, CALLS_AT_ONCE, async (container) =>
    vantage.onEngineMachine ? { ...container, writes: await writtenPaths(container, volumes) } : container,
  )
  const dumps = dumpTargets(applications)
  return {
    targets: [...targets, ...dumps.targets].toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
    workloads: workloadsOf(found, volumes, { isOwn, swarm }).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    problems: [...problems, ...cranes.problems, ...dumps.problems, ...applications.flatMap(unknownLabels)],
  }
}

/** All containers, inspected. */
async function allContainers(engine: DockerEngine, options: CallOptions): Promise<readonly Found[]> {
  const rows = await engine.listContainers([], options)
  const found = await mapLimit(rows, CALLS_AT_ONCE, async ({ id, createdSeconds }): Promise<readonly Found[]> => {
    const container = await engine.inspectContainer(id, options)
    return container === undefined ? [] : [{ ...container, createdSeconds }]
  })
  return found.flat()
}
