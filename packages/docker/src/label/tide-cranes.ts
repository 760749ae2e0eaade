import type { Problem } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'
import { TIDE_PREFIX } from './keys.ts'
import type { TideVolumes } from './tide-labels.ts'
import { volumeOfItem } from './volume-item.ts'
import type { Carrier } from './volume-item.ts'

/** What a key of the form `salvage.tide.NAME.crane.VOLUME` names. */
export interface CraneKey {
  readonly tide: string
  /** As in the list of the tide: a name in the compose file, or `g:` and an exact one. */
  readonly item: string
}

/** By volume: which crane lifts it in which tide instead of the tide's own. */
export interface TideCranes {
  readonly stores: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly problems: readonly Problem[]
}

/**
 * Reads `salvage.tide.NAME.crane.VOLUME=CRANE` of all carriers. Where two disagree, neither counts and the tide has a
 * problem: what is lifted goes to the tide's own crane. Whether there is such a crane is not looked at.
 */
export function tideCranes(
  carriers: readonly Carrier[],
  volumes: readonly Volume[],
  { tides }: Pick<TideVolumes, 'tides'>,
): TideCranes {
  const said = new Map<string, { tide: string; volume: string; crane: string; where: string }>()
  const problems: Problem[] = []
  const disputed = new Set<string>()
  for (const carrier of carriers)
    for (const [key, value] of Object.entries(carrier.labels)) {
      const named = craneKey(key)
      if (named === undefined) continue
      const { tide, item } = named
      const where = `container ${carrier.name}, label ${key}`
      const crane = value.trim()
      const volume = volumeOfItem(item.trim(), carrier, volumes)
      if (typeof volume !== 'string') problems.push({ ...volume, message: `${where}: ${volume.message}`, tide })
      else if (crane === '') problems.push(wrong(where, 'it names no crane', 'write the name of a crane', tide))
      else if (tides.get(volume)?.includes(tide) !== true)
        problems.push(wrong(where, `tide ${tide} has no volume ${volume}`, `name it in ${TIDE_PREFIX}${tide} too`))
      else {
        const place = `${tide} ${volume}`
        const before = said.get(place)
        if (before !== undefined && before.crane !== crane) {
          disputed.add(place)
          problems.push(wrong(where, `it says ${crane}, and ${before.where} says ${before.crane}`, 'say it once', tide))
        }
        said.set(place, before ?? { tide, volume, crane, where })
      }
    }
  const stores = new Map<string, Record<string, string>>()
  for (const [place, { tide, volume, crane }] of said)
    if (!disputed.has(place)) stores.set(volume, { ...stores.get(volume), [tide]: crane })
  return { stores, problems }
}

/** Takes such a key apart; undefined for every other one. */
export function craneKey(key: string): CraneKey | undefined {
  if (!key.startsWith(TIDE_PREFIX)) return undefined
  const [, tide, item] = /^([^.]+)\.crane\.(.+)$/s.exec(key.slice(TIDE_PREFIX.length)) ?? []
  return tide === undefined || item === undefined ? undefined : { tide, item }
}

function wrong(where: string, message: string, hint: string, tide?: string): Problem {
  return { code: 'LABEL.CRANE', message: `${where}: ${message}`, hint, ...(tide === undefined ? {} : { tide }) }
}
