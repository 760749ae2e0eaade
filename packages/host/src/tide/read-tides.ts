import { deadline, findingOf } from '@salvage-kit/core'
import type { Backend, CallOptions, Finding } from '@salvage-kit/core'
import type { RootLabels } from '@salvage-kit/docker'
import type { LoadedConfig } from '../config/load-config.ts'
import { openDocker } from '../rig/open-docker.ts'
import type { OpenDocker } from '../rig/open-docker.ts'
import { knownTides } from './known-tides.ts'
import type { TideProblem } from './known-tides.ts'
import type { TideSettings } from './merge-tides.ts'

/** Gets what is told on the way, which the answer says as well. */
function nobody(): undefined {
  return undefined
}

/** What reading takes. */
export interface ReadTidesOptions extends CallOptions {
  /**
   * Removes what dead processes left on the engine and no journal knows, see `Backend.sweep`, and gets why that failed: no
   * tide waits for it.
   */
  readonly sweep?: ((failure: Finding) => void) | undefined
  /** What labels said when they could be read last: it holds while the engine is away. */
  readonly labels?: RootLabels | undefined
}

/** How long sweeping may take, in milliseconds. */
const SWEEP_MS = 60_000

/** What there is to be scheduled. */
export interface TideTable {
  readonly tides: ReadonlyMap<string, TideSettings>
  /** What is wrong with configuration and labels; a tide that one of them names must not be run. */
  readonly problems: readonly TideProblem[]
  /** Where tides report to by their labels, also those that cannot be run. */
  readonly reports: RootLabels['reports']
  /** What the labels say, or said last. */
  readonly labels: RootLabels
  readonly docker: OpenDocker['state']
  /** Why the engine cannot be reached, and so no label be read. */
  readonly failure?: Finding
}

/**
 * Reads the tides of configuration and labels as they are now; an engine that is away is told and not waited for. Rejects
 * only by the signal, and with what the engine says when it is there and does not do as it should.
 */
export async function readTides(
  loaded: LoadedConfig,
  { signal, sweep, labels: before }: ReadTidesOptions,
): Promise<TideTable> {
  signal.throwIfAborted()
  const need = loaded.config.docker?.enabled === false ? ({ kind: 'none' } as const) : ({ kind: 'wanted' } as const)
  const settings = {
    loaded,
    need,
    always: false,
    healthTimeoutMs: nobody,
    warn: nobody,
    onLine: nobody,
    onLabels: nobody,
  }
  const { state, backend, labels: now, failure } = await openDocker(settings, { signal })
  if (sweep !== undefined && state === 'connected' && backend !== undefined) await swept(backend, sweep, signal)
  const isAway = state === 'absent' || state === 'unreachable'
  const labels = isAway && before !== undefined ? before : now
  const { tides, problems } = knownTides(loaded, labels, new Date())
  const { reports } = labels
  return { tides, problems, reports, labels, docker: state, ...(failure === undefined ? {} : { failure }) }
}

async function swept(backend: Backend, failed: (failure: Finding) => void, signal: AbortSignal): Promise<void> {
  using limit = deadline(SWEEP_MS, signal)
  try {
    await backend.sweep?.({ signal: limit.signal })
  } catch (error) {
    signal.throwIfAborted()
    failed(findingOf(error))
  }
}
