import type { Problem } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'
import { TIDE_PREFIX } from './keys.ts'
import { volumeOfItem } from './volume-item.ts'
import type { Carrier } from './volume-item.ts'

/** Which volumes belong to which tides, and what was asked for and is not there. */
export interface TideVolumes {
  /** From the volume's name to the tides, sorted. */
  readonly tides: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly Problem[]
}

/**
 * Reads `salvage.tide.NAME=a,b` of all carriers. Items are trimmed, empty ones mean nothing. An item that names no volume is a problem of its tide; the other items count.
 */
export function tideVolumes(carriers: readonly Carrier[], volumes: readonly Volume[]): TideVolumes {
  const tides = new Map<string, Set<string>>()
  const problems: Problem[] = []
  for (const carrier of carriers)
    for (const [key, value] of Object.entries(carrier.labels)) {
      const tide = tideOf(key)
      if (tide === undefined) continue
      for (const item of itemsOf(value)) {
        const found = volumeOfItem(item, carrier, volumes)
        if (typeof found === 'string') tides.set(found, (tides.get(found) ?? new Set()).add(tide))
        else problems.push({ ...found, message: `container ${carrier.name}, label ${key}: ${found.message}`, tide })
      }
    }
  return { tides: new Map([...tides].map(([name, names]) => [name, [...names].toSorted()])), problems }
}

/** The tide that a key of the form `salvage.tide.NAME` names; undefined for every other key. */
export function tideOf(key: string): string | undefined {
  const name = key.startsWith(TIDE_PREFIX) ? key.slice(TIDE_PREFIX.length) : ''
  return name === '' || name.includes('.') ? undefined : name
}

function itemsOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
