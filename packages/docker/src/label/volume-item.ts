import { didYouMean } from '@salvage-kit/core'
import type { Problem, TargetRef } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'
import { COMPOSE } from './keys.ts'
import type { Labels } from './keys.ts'

/** A container that may name volumes for tides. */
export interface Carrier {
  readonly name: string
  readonly labels: Labels
}

/**
 * The name of the volume that an item of a label means. `g:NAME` is the volume of exactly that name; any other item is a
 * volume of the carrier's own compose project, by its name in the compose file. Else the problem: `LABEL.VOLUME_UNKNOWN`,
 * `LABEL.VOLUME_AMBIGUOUS`, its message without the place.
 */
export function volumeOfItem(item: string, carrier: Carrier, volumes: readonly Volume[]): string | Problem {
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
