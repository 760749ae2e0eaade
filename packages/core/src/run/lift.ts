import type { Archive } from '../crane/crane.ts'
import type { DumpCall, DumpFile } from '../dump/dump.ts'
import { opened } from '../dump/opened.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { LiftStep } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { Source, StreamSource } from '../target/source.ts'
import type { Calls } from './calls.ts'
import { failureOf } from './failure.ts'
import { craneOf, dumpsOf } from './parts.ts'

/** One lift and how far it came. The entry stays in the journal until somebody decides what the copy is worth. */
export interface LiftRecord {
  readonly step: LiftStep
  entry?: JournalEntry
  archive?: Archive
  failure?: Finding
  liftMs?: number
}

/** Journals and lifts; never rejects: what happened stands in the record. `order` is that of the journal entry. */
export async function lift(
  rig: Rig,
  record: LiftRecord,
  source: Source,
  options: { readonly signal: AbortSignal; readonly order: number; readonly calls: Calls },
): Promise<void> {
  const { ref } = record.step
  const since = performance.now()
  try {
    options.signal.throwIfAborted()
    const [entry] = await rig.journal.open([{ runId: ref.runId, order: options.order, undo: { kind: 'lift', ref } }])
    if (entry === undefined) throw new Error('the journal opened no entry')
    record.entry = entry
    const warm = ref.warm === true ? { warm: true as const } : {}
    rig.report({ type: 'lift.started', target: ref.target, store: ref.store.ref, ...warm })
    await confirm(rig, source, options)
    const call = craneOf(rig, ref.store).lift(ref, source, {
      signal: options.signal,
      open: (stream) => openedBy(rig, stream, { runId: ref.runId, signal: options.signal }),
      onProgress: (progress) => {
        rig.report({ type: 'lift.progress', target: ref.target, progress })
      },
    })
    const archive = await options.calls.follow(entry.id, call)
    // Workloads rise when the signal is aborted: a crane that did not listen has read what they wrote since.
    options.signal.throwIfAborted()
    await confirm(rig, source, options)
    record.archive = archive
  } catch (error) {
    record.failure = failureOf(error, options.signal)
  }
  record.liftMs = Math.round(performance.now() - since)
}

/** The files of a dump, from the backend that its source names. Rejects with `BACKEND.MISSING` when there is none. */
export async function* openedBy(rig: Rig, source: StreamSource, options: DumpCall): AsyncGenerator<DumpFile, void> {
  yield* opened(dumpsOf(rig, source.backend), source, options)
}

/** A path and a name outlive what stood under them: a copy counts when the source was itself before and after it. */
async function confirm(rig: Rig, source: Source, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  for (const { discovery } of rig.backends) await discovery?.confirm?.(source, { signal })
}
