import { findingOf, REPORT_VERSION } from '@salvage-kit/core'
import { openState } from '../rig/state.ts'

/** A run of a tide that was refused before anything was touched. */
export interface Refusal {
  readonly tide: string
  readonly runId: string
  readonly startedAt: Date
  readonly error: unknown
}

/**
 * Writes a refused run into the catalog, so that history and status do not show an older good one as the last. Resolves
 * also when the catalog cannot be written: that may be why the run was refused.
 */
export async function rememberRefusal(
  stateDirectory: string,
  { tide, runId, startedAt, error }: Refusal,
): Promise<void> {
  try {
    using state = openState(stateDirectory)
    await state.catalog.finishRun({
      version: REPORT_VERSION,
      runId,
      kind: 'run',
      tide,
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      outcome: 'failed',
      aborted: false,
      refused: findingOf(error),
      groups: [],
      skipped: [],
      stuck: [],
      warnings: [],
    })
  } catch {
    // The refusal itself is told anyway.
  }
}
