import { createHash } from 'node:crypto'
import type { LiftRef } from '@salvage-kit/core'

/** Pods get a further six characters, and their names are host names. */
const LONGEST = 56
const NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const HASH_LENGTH = 12

/** The Job of a lift; always the same, and another one for each lift. */
export function liftJob({ id }: Pick<LiftRef, 'id'>): string {
  return fitting(`salvage-${id}`)
}

/** The Job that withdraws a lift. */
export function withdrawalJob({ id }: Pick<LiftRef, 'id'>): string {
  return fitting(`salvage-${id}-forget`)
}

/** A Job by itself. */
export function taskJob(id: string): string {
  return fitting(`salvage-${id}`)
}

/** The host name of a crane, where it can be one: locks of a store tell by it whose they are. */
export function hostName({ id }: Pick<LiftRef, 'id'>): string | undefined {
  const name = `salvage-${id}`
  return name.length <= 63 && NAME.test(name) ? name : undefined
}

function fitting(name: string): string {
  if (name.length <= LONGEST && NAME.test(name)) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  const plain = name.toLowerCase().replaceAll(/[^-a-z0-9]/g, '-')
  return `${plain.slice(0, LONGEST - HASH_LENGTH - 1)}-${hash}`
}
