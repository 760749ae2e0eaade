import type { CallOptions } from '../call-options.ts'
import { SalvageError } from '../error.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { release } from './release.ts'

/** What a recovery did. */
export interface RecoverReport {
  /** How many effects were taken back. */
  readonly undone: number
  readonly stuck: readonly StuckEntry[]
  /** Runs whose process lives, or that another process recovers right now; they were left alone. */
  readonly alive: readonly string[]
}

/** What recovery takes. */
export interface RecoverOptions extends CallOptions {
  /** How long one undo may take, in milliseconds. */
  readonly patienceMs?: number
}

/**
 * Takes back what dead runs left: workloads rise, half-made copies and places go. Idempotent; a second call does nothing.
 * Runs that live are left alone. Resolves also when something is stuck: that is in the report and stays in the journal.
 * The signal stops it between runs only.
 */
export async function recover(rig: Rig, options: RecoverOptions): Promise<RecoverReport> {
  const runs = new Set((await rig.journal.pending()).map((entry) => entry.runId))
  const alive: string[] = []
  const stuck: StuckEntry[] = []
  let undone = 0
  for (const runId of runs) {
    options.signal.throwIfAborted()
    await using lock = await rig.locks.adopt(runId)
    if (lock === undefined) {
      alive.push(runId)
      continue
    }
    // Read again under the lock: another process may have recovered the run in between.
    const entries = await rig.journal.pending(runId)
    const left = await release(rig, entries, options)
    undone += entries.length - left.length
    stuck.push(...left)
  }
  return { undone, stuck, alive }
}

/** Recovers before something new begins. Rejects with `RECOVER.STUCK` when a dead run could not be taken back whole. */
export async function recoverFirst(rig: Rig, options: RecoverOptions): Promise<void> {
  const { stuck } = await recover(rig, options)
  const [first] = stuck
  if (first === undefined) return
  throw new SalvageError('RECOVER.STUCK', `${first.what} of run ${first.runId} could not be put back`, {
    why: first.failure.message,
    hint: first.failure.hint ?? 'remove the cause, then run `salvage-kit recover`',
  })
}
