import type { CallOptions, CraneAction } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { clearVessel } from './clear-vessel.ts'
import { ACTION_LABEL, LIFT_LABEL } from './vessel-labels.ts'

const LOWER: CraneAction = 'lower'

/**
 * Resolves when no crane container fills this volume any more. For who takes the volume away: the process that waits for
 * the container may be dead without anybody being able to tell, and then no sweep removes it for a day.
 */
export async function clearFillers(engine: DockerEngine, volume: string, options: CallOptions): Promise<void> {
  for (const { id, labels } of await engine.listContainers([`${ACTION_LABEL}=${LOWER}`], options)) {
    const container = await engine.inspectContainer(id, options)
    const task = labels[LIFT_LABEL]
    if (task === undefined || container?.mounts.some(({ name }) => name === volume) !== true) continue
    await clearVessel(engine, { id: task }, options)
  }
}
