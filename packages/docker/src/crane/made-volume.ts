import { readdir } from 'node:fs/promises'
import type { CallOptions, LiftRef } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { DockerEngine, Volume } from '../engine.ts'
import { hostPathOf } from '../host-path.ts'
import { LIFT_LABEL } from './vessel-labels.ts'

/*
 * An engine makes a volume that a new container names and that is not there; no way of asking prevents it. So every lift
 * has the engine label what it makes in this way. A volume that carries the label of the lift did not exist when its
 * container was made: the one to be copied is gone.
 */

/** Whether the engine made this volume for the container of this lift. */
export function isMadeFor(volume: Pick<Volume, 'labels'>, ref: Pick<LiftRef, 'id'>): boolean {
  return volume.labels[LIFT_LABEL] === ref.id
}

/**
 * Removes a volume that the engine made for a lift whose container is gone. It stays when a container has it, and when it
 * is not empty or this process cannot see whether it is: an application may have begun to use it.
 */
export async function removeMadeVolume(engine: DockerEngine, volume: Volume, options: CallOptions): Promise<void> {
  const path = await hostPathOf(engine, volume, options)
  if (path === undefined || (await readdir(path)).length > 0) return
  try {
    await engine.removeVolume(volume.name, options)
  } catch (error) {
    if (!(isSalvageError(error) && error.code === 'DOCKER.CONFLICT')) throw error
  }
}
