import { SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { extraMounts } from './mounts.ts'
import { ContainerCraneStore } from './schema.ts'
import type { ContainerCraneSettings } from './settings.ts'

/** A crane by its name. */
export interface NamedCrane {
  readonly name: string
  readonly settings: ContainerCraneSettings
}

/**
 * The crane that a store names. Throws `CRANE.UNKNOWN` when this process does not know it, `CRANE.SETTINGS` or
 * `CRANE.MOUNT` when it can never run: settings may come from labels, past the schema of the configuration file.
 */
export function craneOf(store: Store, cranes: Readonly<Record<string, ContainerCraneSettings>>): NamedCrane {
  const parsed = ContainerCraneStore.safeParse(store.settings)
  const name = parsed.success ? parsed.data.name : store.ref.replace(/^[^:]*:/, '')
  const settings = Object.hasOwn(cranes, name) ? cranes[name] : undefined
  if (settings === undefined) throw unknown(name, Object.keys(cranes))
  const { image, maxConcurrent } = settings
  if (image.trim() === '') throw unusable(name, 'it has no image', 'say which image it is')
  if (maxConcurrent !== undefined && !(Number.isInteger(maxConcurrent) && maxConcurrent > 0))
    throw unusable(name, `maxConcurrent is ${String(maxConcurrent)}`, 'leave it out or give a whole number from 1 on')
  extraMounts(settings.mounts)
  return { name, settings }
}

function unknown(name: string, known: readonly string[]): SalvageError {
  return new SalvageError('CRANE.UNKNOWN', `there is no crane ${JSON.stringify(name)}`, {
    hint:
      known.length === 0
        ? 'no crane is defined: define it under "cranes" in the configuration, or by labels'
        : `defined are: ${known.toSorted().join(', ')}`,
  })
}

function unusable(name: string, why: string, hint: string): SalvageError {
  return new SalvageError('CRANE.SETTINGS', `the crane ${JSON.stringify(name)} cannot be used`, { why, hint })
}
