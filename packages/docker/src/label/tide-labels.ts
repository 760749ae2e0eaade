import { didYouMean } from '@salvage-kit/core'
import type { Problem, TargetRef } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'
import { COMPOSE, TIDE_PREFIX } from './keys.ts'
import type { Labels } from './keys.ts'

/** A container that may name volumes for tides. */
export interface Carrier {
  readonly name: string
  readonly labels: Labels
}

/** Which volumes belong to which tides, and what was asked for and is not there. */
export interface TideVolumes {
  /** From the volume's name to the tides, sorted. */
  readonly tides: ReadonlyMap<string, readonly string[]>
  readonly problems: readonly Problem[]
}

/**
 * Reads `salvage.tide.NAME=a,b` of all carriers. Items are trimmed, empty ones mean nothing. `g:NAME` is the volume of
 * exactly that name; any other item is a volume of the carrier's own compose project, by its name in the compose file.
 * An item that names no volume is a problem of its tide; the other items count.
 */
export function tideVolumes(carriers: readonly Carrier[], volumes: readonly Volume[]): TideVolumes {
  const tides = new Map<string, Set<string>>()
  const problems: Problem[] = []
  for (const carrier of carriers)
    for (const [key, value] of Object.entries(carrier.labels)) {
      const tide = tideOf(key)
      if (tide === undefined) continue
      for (const item of itemsOf(value)) {
        const found = resolve(item, carrier, volumes)
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

function resolve(item: string, carrier: Carrier, volumes: readonly Volume[]): string | Problem {
  const names = volumes.map(({ name }) => name)
  if (item.startsWith('g:')) {
    const name = item.slice(2).trim()
    if (names.includes(name)) return name
    return unknown(item, 'the engine has no volume of exactly this name', didYouMean(name, names), name)
  }
  const project = carrier.labels[COMPOSE.project]
  const direct = names.includes(item) ? `write g:${item} for the volume of exactly this name` : undefined
  if (project === undefined)
    return unknown(
      item,
      'the container belongs to no compose project in which to look for it',
      direct ?? 'write g:NAME with the exact name of the volume, as docker volume ls shows it',
    )
  const own = volumes.filter(({ labels }) => labels[COMPOSE.project] === project)
  const matches = own.filter(({ labels }) => labels[COMPOSE.volume] === item)
  const [only] = matches
  if (only !== undefined && matches.length === 1) return only.name
  if (only === undefined) {
    const near = didYouMean(
      item,
      own.flatMap(({ labels }) => labels[COMPOSE.volume] ?? []),
    )
    return unknown(
      item,
      `the compose project ${project} has no volume of this name`,
      near ?? direct ?? 'write g:NAME for a volume of another project or an external one',
    )
  }
  return {
    code: 'LABEL.VOLUME_AMBIGUOUS',
    message: `${JSON.stringify(item)} names more than one volume`,
    why: `${matches.map(({ name }) => name).join(' and ')} both have this name in the compose project ${project}`,
    hint: `write g: and the exact name, like g:${only.name}`,
  }
}

function unknown(item: string, why: string, hint: string | undefined, volume?: string): Problem {
  return {
    code: 'LABEL.VOLUME_UNKNOWN',
    message: `there is no volume ${JSON.stringify(item)}`,
    why,
    ...(hint === undefined ? {} : { hint }),
    ...(volume === undefined || !PLAIN.test(volume) ? {} : { target: targetRef(volume) }),
  }
}

const PLAIN = /^[\w.-]+$/

/** The reference of a volume. */
export function targetRef(volume: string): TargetRef {
  return `docker:${volume}`
}
