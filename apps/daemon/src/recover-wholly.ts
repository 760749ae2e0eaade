import { findingOf, formatFinding, recover, SalvageError } from '@salvage-kit/core'
import type { Finding, Journal, Reporter } from '@salvage-kit/core'
import { openRig } from '@salvage-kit/host'
import type { LoadedConfig } from '@salvage-kit/host'
import { backOff } from './back-off.ts'
import type { Tell } from './event.ts'
import { watchRecovery } from './long-recovery.ts'
import type { Problems } from './problems.ts'

/** What recovering takes. */
export interface RecoverySettings {
  readonly loaded: () => LoadedConfig
  readonly stateDirectory: string
  readonly directory: string
  readonly journal: Journal
  readonly problems: Problems
  readonly tell: Tell
  readonly report: Reporter
  /** Called with each try that fails: what falls due meanwhile waits for it. Must not reject. */
  readonly onStuck: (finding: Finding) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Takes back what dead runs left, before anything else is done, and again, with longer times between, while something of
 * it is stuck: an engine that is away comes back. Resolves with whether everything is taken back, false only when the
 * signal came before. Never rejects.
 */
export async function recoverWholly(settings: RecoverySettings): Promise<boolean> {
  const { problems, tell, signal, onStuck } = settings
  const patience = backOff(1000, 60_000)
  while (!signal.aborted) {
    try {
      const undone = await recoverOnce(settings)
      problems.clear('recovery')
      tell({ type: 'daemon.recovered', undone })
      return true
    } catch (error) {
      if (signal.aborted) return false
      problems.set('recovery', findingOf(error))
      await onStuck(findingOf(error))
    }
    await patience.wait(signal)
  }
  return false
}

async function recoverOnce(settings: RecoverySettings): Promise<number> {
  const { loaded, stateDirectory, directory, journal, problems, report, signal } = settings
  // What backends are made of is loaded when there is something for them to do.
  if ((await journal.pending()).length === 0) return 0
  const scope = { targets: [], stores: [] }
  using _watch = watchRecovery(journal, problems)
  await using rig = await openRig({ loaded: loaded(), stateDirectory, directory, scope, report }, { signal })
  const { undone, stuck } = await recover(rig, { signal })
  const [first] = stuck
  if (first === undefined) return undone
  throw new SalvageError('RECOVER.STUCK', `${first.what} of run ${first.runId} could not be put back`, {
    why: formatFinding(first.failure),
    hint: first.failure.hint ?? 'remove the cause; it is tried again',
  })
}
