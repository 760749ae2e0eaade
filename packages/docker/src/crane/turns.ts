import type { DockerEngine } from '../engine.ts'
import type { NamedCrane } from './settings-of.ts'
import type { Slot, Slots } from './slots.ts'
import { slots } from './slots.ts'

/**
 * Of this process, and not of a backend: a daemon makes one for each tide, and tides run beside each other. Never more
 * of them than there are names of cranes.
 */
const lines = new Map<string, Slots>()

/** Waits until the crane may run one more container on this engine: its `maxConcurrent` counts for the whole process. */
export async function turnOf(engine: DockerEngine, crane: NamedCrane, signal: AbortSignal): Promise<Slot> {
  const key = JSON.stringify([engine.address, crane.name])
  const line = lines.get(key) ?? slots()
  lines.set(key, line)
  return line(crane.settings.maxConcurrent, signal)
}
