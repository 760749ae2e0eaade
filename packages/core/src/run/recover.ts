import type { CallOptions } from '../call-options.ts'
import { deadline } from '../deadline.ts'
import { SalvageError } from '../error.ts'
import { findingOf } from '../finding.ts'
import type { Undo } from '../journal/journal.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { mapLimit } from './limit.ts'
import { notBeyond } from './not-beyond.ts'
import { release } from './release.ts'
import { unbreakable } from './unbreakable.ts'

/** How long one backend may sweep, in milliseconds: workloads may be waiting for their way back. */
const SWEEP_MS = 60_000
/** A process has few runs, and so has what died of them. */
const RUNS_AT_ONCE = 16

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
  /** The lock that the caller holds: what an earlier process left of that very run is taken back too. */
  readonly held?: { readonly runId: string; readonly keys: readonly string[] }
}

/**
 * Takes back what dead runs left: workloads rise, half-made copies and places go. Idempotent; a second call does nothing.
 * Runs that live are left alone. Resolves also when something is stuck: that is in the report and stays in the journal.
 * The signal stops it between runs only.
 */
export async function recover(rig: Rig, options: RecoverOptions): Promise<RecoverReport> {
  const told = unbreakable(rig)
  await sweep(told.rig, options)
  const runs = [...new Set((await rig.journal.pending()).map((entry) => entry.runId))]
  // Side by side: what one run left in a store that hangs keeps the workloads of no other down.
  const recovered = await mapLimit(runs, RUNS_AT_ONCE, async (runId) => {
    options.signal.throwIfAborted()
    const isHeld = options.held?.runId === runId
    await using lock = isHeld ? undefined : await rig.locks.adopt(runId)
    if (lock === undefined && !isHeld) return { alive: [runId], stuck: [], undone: 0 }
    // Read again under the lock: another process may have recovered the run in between.
    const entries = await rig.journal.pending(runId)
    const stuck = await release(told.rig, entries, options)
    return { alive: [], stuck, undone: entries.length - stuck.length }
  })
  const alive = recovered.flatMap((one) => one.alive)
  const stuck = recovered.flatMap((one) => one.stuck)
  const undone = recovered.reduce((sum, one) => sum + one.undone, 0)
  told.rethrow()
  return { undone, stuck, alive }
}

/** What is left for the next time is no reason to leave workloads at rest, nor is a platform that does not end. */
async function sweep(rig: Rig, { signal }: CallOptions): Promise<void> {
  for (const backend of rig.backends)
    try {
      if (backend.sweep === undefined) continue
      using limit = deadline(SWEEP_MS, signal)
      const sweeping = backend.sweep({ signal: limit.signal })
      await notBeyond(sweeping, limit.signal, `removing what dead processes left (${backend.id})`)
    } catch (error) {
      signal.throwIfAborted()
      rig.report({ type: 'warning', finding: findingOf(error) })
    }
}

/**
 * Recovers before something new begins. Rejects with `RECOVER.STUCK` when a dead run could not be taken back whole, and
 * with `LOCK.BUSY` when another process is just taking back what concerns the keys that the caller holds.
 */
export async function recoverFirst(rig: Rig, options: RecoverOptions): Promise<void> {
  const { stuck, alive } = await recover(rig, options)
  const [first] = stuck
  if (first !== undefined)
    throw new SalvageError('RECOVER.STUCK', `${first.what} of run ${first.runId} could not be put back`, {
      why: first.failure.message,
      hint: first.failure.hint ?? 'remove the cause, then run `salvage-kit recover`',
    })
  if (options.held === undefined || alive.length === 0) return
  const keys = new Set(options.held.keys)
  // Their own run does not hold these keys, for the caller does: so it is dead, and somebody recovers it.
  const other = (await rig.journal.pending()).find(({ runId, undo }) => alive.includes(runId) && keys.has(keyOf(undo)))
  if (other === undefined) return
  throw new SalvageError('LOCK.BUSY', `${keyOf(other.undo)} is just being put back as it was before ${other.runId}`, {
    why: 'another process recovers that run',
    hint: 'wait until it is done',
    retryable: true,
  })
}

/** What a run locked before it had this effect. */
export function keyOf(undo: Undo): string {
  switch (undo.kind) {
    case 'quiesce':
      return undo.workload
    case 'snapshot':
    case 'exposure':
    case 'lift':
      return undo.ref.target
    case 'provision':
    case 'swap':
    case 'staging':
    case 'effect':
      return undo.target
    case 'unreadable':
      return ''
  }
}
