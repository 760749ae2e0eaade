import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions, LiftRef } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { isMadeFor, removeMadeVolume } from './made-volume.ts'
import { isVesselOf, LIFT_LABEL, vesselName, withdrawalName } from './vessel-labels.ts'

const POLL_MS = 200

/**
 * Resolves when no container of this lift or task is left, and no empty volume that the engine made for it; idempotent.
 * Nothing is touched that does not carry the label of the lift.
 */
export async function clearVessel(engine: DockerEngine, ref: Pick<LiftRef, 'id'>, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const labelled = await engine.listContainers([`${LIFT_LABEL}=${ref.id}`], options)
  const ids = new Set(labelled.map(({ id }) => id))
  for (const name of namesOf(ref)) {
    const named = await engine.inspectContainer(name, options)
    if (named !== undefined && isVesselOf(named, ref)) ids.add(named.id)
  }
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
    const coming = await Promise.all(namesOf(ref).map((name) => mayCome(engine, ref, name, options)))
    if (!coming.includes(true)) return
  }
}

function namesOf(ref: Pick<LiftRef, 'id'>): readonly string[] {
  return [vesselName(ref), withdrawalName(ref)]
}

async function mayCome(
  engine: DockerEngine,
  ref: Pick<LiftRef, 'id'>,
  name: string,
  options: CallOptions,
): Promise<boolean> {
  const named = await engine.inspectContainer(name, options)
  // Somebody else's, who came first: ours cannot be made any more.
  return named === undefined ? engine.isNameTaken(name, options) : isVesselOf(named, ref)
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
