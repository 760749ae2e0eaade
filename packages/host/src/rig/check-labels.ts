import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Survey } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { checkStoreText } from '../store/store-text.ts'
import { knownTides } from '../tide/known-tides.ts'
import type { KnownTides } from '../tide/known-tides.ts'
import { undefinedTides } from '../tide/undefined-tides.ts'
import { openDocker } from './open-docker.ts'
import type { OpenDocker } from './open-docker.ts'
import { dockerNeed } from './platforms.ts'

/** What is wrong with the labels of an engine. */
export interface CheckedLabels {
  /** Only what is `connected` was checked. */
  readonly state: OpenDocker['state']
  /** Why it could not be. */
  readonly failure?: Finding
  readonly problems: readonly Finding[]
}

/**
 * Reads all labels of the engine, if there is one, as runs would: what cannot be read, means nothing, names what is not
 * there, or contradicts the configuration. Changes nothing and needs no state directory. Rejects with `PREFLIGHT.DOCKER`
 * when the configuration says that there is an engine and it does not answer.
 */
export async function checkLabels(
  { loaded, directory }: { readonly loaded: LoadedConfig; readonly directory: string },
  options: CallOptions,
): Promise<CheckedLabels> {
  const need = dockerNeed(loaded.config, { targets: [], stores: [], survey: true }, [])
  const quiet = { warn: nothing, onLine: nothing, onLabels: nothing, healthTimeoutMs: nothing }
  const docker = await openDocker({ loaded, need, always: false, ...quiet }, options)
  const { state, failure } = docker
  const found = await docker.backend?.discovery?.survey(options)
  if (found === undefined) return { state, ...(failure === undefined ? {} : { failure }), problems: [] }
  const known = knownTides(loaded, docker.labels, new Date())
  const cranes = Object.keys(docker.cranes)
  return {
    state,
    problems: [
      ...known.problems,
      ...found.problems.map(({ code, message, why, hint }) => ({
        code,
        message,
        ...(why === undefined ? {} : { why }),
        ...(hint === undefined ? {} : { hint }),
      })),
      ...undefinedTides(known.defined, loaded, found.targets),
      ...unreadable(found),
      ...strayStores(known, found, { loaded, cranes, directory }),
    ],
  }
}

/** Nobody is told anything, and nothing is said. */
function nothing(): undefined {
  return undefined
}

/** Containers whose own labels cannot be read; that one cannot be stopped for another reason is nothing to mend here. */
function unreadable({ workloads }: Survey): readonly Finding[] {
  return workloads.flatMap(({ refused }) =>
    refused !== undefined && /^(LABEL|DURATION)\./.test(refused.code) ? [refused] : [],
  )
}

interface Stores {
  readonly loaded: LoadedConfig
  readonly cranes: readonly string[]
  readonly directory: string
}

/** Tides and volumes whose store or crane is not there. */
function strayStores({ tides }: KnownTides, { targets }: Survey, where: Stores): readonly Finding[] {
  const ofTides = [...tides.values()].flatMap(({ to, placeOf }) =>
    to === undefined ? [] : stray(to, placeOf('to'), where),
  )
  const ofVolumes = targets.flatMap(({ ref, stores = {} }) =>
    Object.entries(stores).flatMap(([tide, crane]) => stray(`crane:${crane}`, `${ref} in tide ${tide}`, where)),
  )
  return [...ofTides, ...ofVolumes]
}

function stray(store: string, place: string, { loaded, cranes, directory }: Stores): readonly Finding[] {
  try {
    checkStoreText(store, { stores: loaded.config.stores ?? {}, cranes }, { from: directory })
    return []
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return [{ ...findingOf(error), message: `${place}: ${error.message}` }]
  }
}
