import { setTimeout as delay } from 'node:timers/promises'
import { deadline } from '../deadline.ts'
import { STAGED_DUMPS } from '../dump/stage.ts'
import { isSalvageError } from '../error.ts'
import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry, Undo } from '../journal/journal.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { Calls } from './calls.ts'
import { mapLimit } from './limit.ts'
import { hungCall, notBeyond } from './not-beyond.ts'
import { quiescerOf } from './parts.ts'
import { describeUndo, undo } from './undo.ts'

/**
 * How long one undo may take, its tries together, in milliseconds: its own clock, never the run's signal. A quiescer may
 * ask for more.
 */
const UNDO_PATIENCE_MS = 120_000
/** How long an undo may take to end when its time is over. */
const END_WITHIN_MS = 5_000
const UNDOS_AT_ONCE = 16
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 3000

/** What {@link release} takes. */
export interface ReleaseOptions {
  /** Default: {@link UNDO_PATIENCE_MS}. */
  readonly patienceMs?: number
  /** Gets each finding: something is not as it was, and nothing more can be done about it. */
  readonly told?: (finding: Finding) => void
  /** Gets each entry that is undone without a finding. */
  readonly undone?: (entry: JournalEntry) => void
  /** The calls whose effects are taken back. Where one still goes on, its entry stays in the journal. */
  readonly calls?: Calls
  /** Entries whose effect certainly never was: they are undone all the same, and nobody is told of it. */
  readonly unmade?: ReadonlySet<JournalEntry['id']>
}

/**
 * The one way back: normal end, failure, abort and recovery all come here. Undoes the entries from the highest order down,
 * those of one order at once, and settles each. Never rejects: what could not be undone stays in the journal and comes
 * back as stuck, and so does what was undone while the call that has the effect goes on. Workloads rise without waiting
 * for lifts and snapshots to be cleared. One failed undo does not stop the next, but for one case: while a restore in
 * place is half swapped, its writers stay down.
 */
export async function release(
  rig: Rig,
  entries: readonly JournalEntry[],
  options: ReleaseOptions = {},
): Promise<readonly StuckEntry[]> {
  const chain = (...kinds: readonly Undo['kind'][]): Promise<StuckEntry[]> =>
    releaseChain(
      rig,
      entries.filter((entry) => kinds.includes(entry.undo.kind)),
      options,
    )
  const stuck = await Promise.all([
    chain('quiesce', 'swap'),
    chain('lift', 'snapshot', 'exposure', 'provision', 'effect', 'unreadable'),
  ])
  // Removing may take long, and waits for what is moved back out of it.
  return [...stuck.flat(), ...(await chain('staging'))]
}

async function releaseChain(
  rig: Rig,
  entries: readonly JournalEntry[],
  options: ReleaseOptions,
): Promise<StuckEntry[]> {
  const stuck: StuckEntry[] = []
  const orders = [...new Set(entries.map((entry) => entry.order))].toSorted((a, b) => b - a)
  let halfSwapped: Finding | undefined
  for (const order of orders) {
    const wave = entries.filter((entry) => entry.order === order)
    const results = await mapLimit(wave, UNDOS_AT_ONCE, (entry) => releaseOne(rig, entry, options, halfSwapped))
    for (const [index, failure] of results.entries()) {
      const entry = wave[index]
      if (failure === undefined || entry === undefined) continue
      if (entry.undo.kind === 'swap') halfSwapped = waitsForSwap(failure)
      stuck.push(stuckEntry(entry, failure))
      rig.report({ type: 'stuck', entry: stuckEntry(entry, failure) })
    }
  }
  return stuck
}

/** Undoes and settles one entry; resolves with the failure that it gave up on. */
async function releaseOne(
  rig: Rig,
  entry: JournalEntry,
  options: ReleaseOptions,
  blocked: Finding | undefined,
): Promise<Finding | undefined> {
  if (blocked !== undefined) return blocked
  const { patienceMs = UNDO_PATIENCE_MS, told, calls } = options
  using patience = deadline(Math.max(patienceMs, ownPatience(rig, entry)))
  announce(rig, entry, 'resuming')
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    try {
      const call = undo(rig, entry, { signal: patience.signal })
      const findings = await notBeyond(call, patience.signal, describeUndo(entry.undo), END_WITHIN_MS)
      for (const finding of findings) {
        rig.report({ type: 'warning', finding })
        told?.(finding)
      }
      const running = calls?.running(entry.id)
      if (running !== undefined) {
        void onceMore(rig, entry, running)
        return await giveUp(rig, entry, findingOf(hungCall(describeUndo(entry.undo))))
      }
      await rig.journal.settle([entry.id])
      if (options.unmade?.has(entry.id) !== true) announce(rig, entry, 'resumed')
      if (findings.length === 0) options.undone?.(entry)
      return undefined
    } catch (error) {
      const mayHelp = isSalvageError(error) && error.retryable && !patience.signal.aborted
      if (mayHelp && pauseMs === FIRST_PAUSE_MS)
        rig.report({
          type: 'undo.waiting',
          what: describeUndo(entry.undo),
          runId: entry.runId,
          failure: findingOf(error),
        })
      if (!mayHelp || !(await slept(pauseMs, patience.signal))) return await giveUp(rig, entry, findingOf(error))
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }
}

/** The effect may have come after its undo. When this process does not live to see that, `recover` finds the entry. */
async function onceMore(rig: Rig, entry: JournalEntry, running: Promise<void>): Promise<void> {
  await running
  await releaseOne({ ...rig, report: () => undefined }, entry, {}, undefined)
}

/** What the undo itself asks for. A token or a quiescer that is not known here fails later, with a clear error. */
function ownPatience(rig: Rig, { undo: way }: JournalEntry): number {
  if (way.kind !== 'quiesce') return 0
  try {
    return quiescerOf(rig, way.quiescer).patienceMs?.(way.token) ?? 0
  } catch {
    return 0
  }
}

async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false)
}

async function giveUp(rig: Rig, entry: JournalEntry, failure: Finding): Promise<Finding> {
  // A journal that cannot take the note still holds the entry, which is what matters.
  await rig.journal.failed(entry.id, failure).catch(() => undefined)
  return failure
}

function announce(rig: Rig, entry: JournalEntry, stage: 'resuming' | 'resumed'): void {
  const { undo: way } = entry
  if (way.kind === 'quiesce') {
    const { workload, quiescer } = way
    rig.report({ type: `workload.${stage}`, workload, quiescer, ...(isDump(rig, quiescer) ? { dumps: true } : {}) })
  } else if (stage === 'resumed' && !isTidying(way))
    rig.report({ type: 'undone', what: describeUndo(way), runId: entry.runId })
}

function isDump({ backends }: Rig, id: string): boolean {
  return backends.some(({ quiescers }) => quiescers?.some((one) => one.id === id && one.dumps === true) === true)
}

/** A staged dump goes at the end of every good run too: nobody takes that for something that failed. */
function isTidying(way: Undo): boolean {
  return way.kind === 'effect' && way.effect === STAGED_DUMPS
}

function stuckEntry(entry: JournalEntry, failure: Finding): StuckEntry {
  return { what: describeUndo(entry.undo), runId: entry.runId, attempts: entry.attempts + 1, failure }
}

function waitsForSwap(failure: Finding): Finding {
  return {
    code: 'RESTORE.HALF_SWAPPED',
    message: 'stays down: the restore in place of its target is half done and could not be taken back',
    why: failure.message,
    hint: 'remove the cause, then run `salvage-kit recover`',
  }
}
