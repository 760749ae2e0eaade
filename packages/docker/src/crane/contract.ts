import type { CallOptions, CraneContract } from '@salvage-kit/core'
import { CRANE_ACTIONS as ACTIONS, SalvageError } from '@salvage-kit/core'
import type { DockerEngine, Image } from '../engine.ts'
import { CRANE_ACTIONS, CRANE_CONTRACT, CRANE_DEDUPLICATES } from '../label/keys.ts'
import { imageMissing } from './preflight.ts'
import type { NamedCrane } from './settings-of.ts'

/** The contract of the crane's image on the engine. Rejects with `CRANE.IMAGE_MISSING` or `CRANE.CONTRACT`. */
export async function contractOf(
  engine: DockerEngine,
  crane: NamedCrane,
  options: CallOptions,
): Promise<CraneContract> {
  const image = await engine.inspectImage(crane.settings.image, options)
  if (image === undefined) throw imageMissing(crane, 'it is not on this engine', undefined)
  return readContract(image.labels, crane)
}

/** What an image says of itself; one that says nothing follows version 1. Throws `CRANE.CONTRACT` for a version that is not known here, and for a version 2 that cannot lift. */
export function readContract(labels: Image['labels'], crane: NamedCrane): CraneContract {
  const version = labels[CRANE_CONTRACT]?.trim() ?? '1'
  if (version === '1') return { version: 1, actions: new Set(['lift']), deduplicates: false }
  if (version !== '2')
    throw refused(crane, `its label ${CRANE_CONTRACT} says ${JSON.stringify(version)}, and known here are 1 and 2`)
  const named = new Set((labels[CRANE_ACTIONS] ?? '').split(',').map((action) => action.trim()))
  const actions = new Set(ACTIONS.filter((action) => named.has(action)))
  if (!actions.has('lift')) throw refused(crane, `its label ${CRANE_ACTIONS} does not name "lift"`)
  return { version: 2, actions, deduplicates: labels[CRANE_DEDUPLICATES]?.trim() === 'true' }
}

function refused({ name, settings }: NamedCrane, why: string): SalvageError {
  const message = `the image ${settings.image} of the crane ${JSON.stringify(name)} follows no known crane contract`
  return new SalvageError('CRANE.CONTRACT', message, {
    why,
    hint: 'update salvage-kit, or take an image that was made for this version',
  })
}
