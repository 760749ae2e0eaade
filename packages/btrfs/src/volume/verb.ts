import { randomBytes } from 'node:crypto'
import { newRunId, perform } from '@salvage-kit/core'
import type { CallOptions, Performance } from '@salvage-kit/core'
import { dockerRef, targetRef } from './place.ts'
import type { VolumeHost } from './place.ts'

/** One verb on one volume. */
export interface Verb<T> extends Pick<Performance<T>, 'verb' | 'effect' | 'work' | 'waitMs' | 'record'> {
  readonly volume: string
  /** The volumes and snapshots that nobody else may touch meanwhile. */
  readonly locked: readonly string[]
  /** Whether nobody may touch `volume` by Docker's name for it either. */
  readonly isExchange?: boolean
}

/** A name for what is done once. */
export function verbRunId({ rig }: VolumeHost): string {
  return newRunId(rig.now(), randomBytes(3).toString('hex'))
}

/** Does a verb under its locks. Rejects as core's `perform` does. */
export async function performVerb<T>(
  host: VolumeHost,
  { volume, locked, isExchange = false, ...verb }: Verb<T>,
  { signal, runId = verbRunId(host) }: CallOptions & { readonly runId?: string },
): Promise<T> {
  const keys = [...locked.map(targetRef), ...(isExchange ? [dockerRef(volume)] : [])]
  const performance: Performance<T> = { ...verb, runId, target: targetRef(volume), keys }
  return perform(host.rig, performance, { signal })
}
