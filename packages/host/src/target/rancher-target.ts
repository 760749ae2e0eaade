import { parseReference, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'

const SERVER = 'rancher-db'

/** Whether a reference is to something of a Rancher 1.6 server, or to several things of it. */
export function isOfRancher(target: TargetRef): boolean {
  return /^rancher(?:-db)?:/.test(target)
}

/** Every database of the engine that a label asks to dump. */
const ALL_DUMPS: TargetRef = 'dump:*'

/** Whether it means all that match: `*` stands for any name, and at the end for all that is below. */
export function isPattern(target: TargetRef): boolean {
  return target === ALL_DUMPS || (isOfRancher(target) && target.includes('*'))
}

/** `[ENVIRONMENT:]STACK[/SERVICE[/SIDEKICK]]`, any name of which may be `*`. Throws `TARGET.NAME`. */
export function rancherName(text: string, value: string): string {
  if (/^(?:[^:/*]+:)?(?:\*|[^:/*\s]+)(?:\/(?:\*|[^:/*\s]+)){0,2}$/.test(value)) return value
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(value)} cannot be something of Rancher`, {
    why: 'it is a stack, or a service of it with a / between them, and perhaps a sidekick; a name may be *',
    hint: 'write it like rancher:STACK/SERVICE, rancher:ENVIRONMENT:STACK, rancher:STACK/* or rancher:*',
  })
}

/** The name of Rancher's own database, or `*`. Throws `TARGET.NAME`. */
export function serverName(text: string, value: string): string {
  if (/^(?:\*|[^/*\s]+)$/.test(value)) return value
  throw new SalvageError('TARGET.NAME', `${text}: ${JSON.stringify(value)} cannot be Rancher's own database`, {
    hint: 'write it like rancher-db:cattle, or rancher-db:* for whatever it is called',
  })
}

/** Whether `target`, which may be a pattern itself, is what `pattern` means, or a part of that. */
export function covers(pattern: TargetRef, target: TargetRef): boolean {
  if (pattern === target) return true
  if (pattern === ALL_DUMPS) return target.startsWith('dump:')
  if (!isPattern(pattern) || !isOfRancher(target)) return false
  const [wide, narrow] = [placeOf(pattern), placeOf(target)]
  if (wide.scheme !== narrow.scheme) return false
  const anywhere = wide.environment === undefined && wide.names[0] === '*'
  if (!anywhere && wide.environment !== narrow.environment) return false
  const [most, least] = [narrow.names.length, wide.names.length]
  if (wide.names.at(-1) === '*' ? most < least : most !== least) return false
  return wide.names.every((name, at) => name === '*' || name === narrow.names[at])
}

interface Place {
  readonly scheme: string
  readonly environment?: string
  readonly names: readonly string[]
}

function placeOf(target: TargetRef): Place {
  const { scheme, value } = parseReference(target)
  const colon = scheme === SERVER ? -1 : value.indexOf(':')
  return {
    scheme,
    ...(colon < 0 ? {} : { environment: value.slice(0, colon) }),
    names: value.slice(colon + 1).split('/'),
  }
}
