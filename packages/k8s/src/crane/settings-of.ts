import { SalvageError } from '@salvage-kit/core'
import type { CraneContract, Store } from '@salvage-kit/core'
import { z } from 'zod'
import type { JobCraneSettings } from './settings.ts'

/** A crane by its name. A cluster does not tell of the labels of an image, so the configuration repeats them. */
export interface NamedCrane {
  readonly name: string
  readonly settings: JobCraneSettings
  readonly contract: CraneContract
}

/** What a store of this crane holds: its name, and the namespace in which it is asked about its archives, if not the context's. */
export const JobStore: z.ZodType<{ name: string; namespace?: string }> = z.object({
  name: z.string().min(1),
  namespace: z.string().min(1).exactOptional(),
})

const TAKEN = /^\/(?:salvage(?:\/.*)?|run\/secrets(?:\/.*)?|var\/run\/secrets(?:\/.*)?)?$/

/** The crane that a store names. Throws `CRANE.UNKNOWN`, `CRANE.SETTINGS`, `CRANE.MOUNT`, `CRANE.CONTRACT`. */
export function craneOf(store: Store, cranes: Readonly<Record<string, JobCraneSettings>>): NamedCrane {
  const { name } = JobStore.parse(store.settings)
  const settings = Object.hasOwn(cranes, name) ? cranes[name] : undefined
  if (settings === undefined)
    throw new SalvageError('CRANE.UNKNOWN', `there is no crane ${JSON.stringify(name)}`, {
      hint: `defined are: ${Object.keys(cranes).toSorted().join(', ') || 'none'}`,
    })
  if (settings.image.trim() === '') throw unusable(name, 'it has no image', 'say which image it is')
  if (typeof settings.user === 'object' && settings.user.uid === 0)
    throw unusable(name, 'its user is 0', 'write "root" where it is to be root')
  mustBeFree(name, [...Object.values(settings.mounts ?? {}), ...(settings.scratch ?? [])])
  return { name, settings, contract: contractOf(name, settings) }
}

function contractOf(name: string, { contract2 }: JobCraneSettings): CraneContract {
  if (contract2 === undefined) return { version: 1, actions: new Set(['lift']), deduplicates: false }
  const actions = new Set(contract2.actions)
  if (actions.has('lift')) return { version: 2, actions, deduplicates: contract2.deduplicates ?? false }
  throw new SalvageError('CRANE.CONTRACT', `the crane ${JSON.stringify(name)} cannot lift`, {
    hint: 'repeat the label salvage.crane.actions of its image in its settings',
  })
}

function mustBeFree(crane: string, places: readonly string[]): void {
  for (const [index, place] of places.entries()) {
    const why = placeFault(places, index)
    if (why !== undefined)
      throw new SalvageError('CRANE.MOUNT', `the crane ${JSON.stringify(crane)} can have no mount at ${place}`, { why })
  }
}

/** Why nothing can stand at one of these places of a crane; undefined when something can. */
export function placeFault(places: readonly string[], index: number): string | undefined {
  const place = places[index] ?? ''
  if (!place.startsWith('/')) return 'it is not absolute'
  if (/[\p{Cc}:]|\/\.{1,2}(?:\/|$)/u.test(place)) return 'it holds "..", "." or what no path has'
  if (TAKEN.test(place)) return 'it belongs to the crane contract'
  return places.indexOf(place) === index ? undefined : 'it is named twice'
}

function unusable(name: string, why: string, hint: string): SalvageError {
  return new SalvageError('CRANE.SETTINGS', `the crane ${JSON.stringify(name)} cannot be used`, { why, hint })
}
