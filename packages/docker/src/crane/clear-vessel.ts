import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions, LiftRef } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { isMadeFor, removeMadeVolume } from './made-volume.ts'
import { isVesselOf, LIFT_LABEL, vesselName } from './vessel-labels.ts'

const POLL_MS = 200

/**
 * Resolves when no container of this lift is left, and no empty volume that the engine made for it; idempotent. Nothing
 * is touched that does not carry the label of the lift.
 */
export async function clearVessel(engine: DockerEngine, ref: Pick<LiftRef, 'id'>, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const labelled = await engine.listContainers([`${LIFT_LABEL}=${ref.id}`], options)
  const named = await engine.inspectContainer(vesselName(ref), options)
  const ids = new Set(labelled.map(({ id }) => id))
  if (named !== undefined && isVesselOf(named, ref)) ids.add(named.id)
  for (const id of ids) await removeVessel(engine, id, options)
  for (const volume of await engine.listVolumes(options))
    if (isMadeFor(volume, ref)) await removeMadeVolume(engine, volume, options)
}

/**
 * The same for the lift of a process that died a moment ago: the engine may be about to make the container that it asked
 * for, so it is waited for and removed.
 */
export async function clearAfterDeath(
  engine: DockerEngine,
  ref: Pick<LiftRef, 'id'>,
  options: CallOptions,
): Promise<void> {
  for (;;) {
    await clearVessel(engine, ref, options)
    await sleep(POLL_MS, undefined, { signal: options.signal })
    const named = await engine.inspectContainer(vesselName(ref), options)
    if (named === undefined && !(await engine.isNameTaken(vesselName(ref), options))) return
    // Somebody else's, who came first: ours cannot be made any more.
    if (named !== undefined && !isVesselOf(named, ref)) return
  }
}

/** Resolves when the container is gone, also when somebody else is removing it. */
async function removeVessel(engine: DockerEngine, id: string, options: CallOptions): Promise<void> {
  for (;;) {
    try {
      await engine.removeContainer(id, options)
      return
    } catch (error) {
      if (!(isSalvageError(error) && error.code === 'DOCKER.CONFLICT')) throw error
    }
    if ((await engine.inspectContainer(id, options)) === undefined) return
    await sleep(POLL_MS, undefined, { signal: options.signal })
  }
}
