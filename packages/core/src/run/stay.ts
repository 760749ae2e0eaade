import type { Archive } from '../crane/crane.ts'
import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Rig } from '../rig.ts'
import type { KeptRef } from '../snapshot/keeper.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { Calls } from './calls.ts'
import { failureOf } from './failure.ts'
import { keeperOf } from './parts.ts'
import { remember } from './remember.ts'

/** What became of a snapshot that was to stay. */
export type Stay =
  | { readonly kind: 'kept'; readonly archive: Archive }
  | { readonly kind: 'lost'; readonly failure: Finding }

/** A snapshot that is to stay, by its entry in the journal; undefined for another one, and for other entries. */
export function toStay({ undo }: JournalEntry): KeptRef | undefined {
  if (undo.kind !== 'snapshot' || undo.ref.keep === undefined) return undefined
  return { ...undo.ref, keep: undo.ref.keep }
}

/**
 * Asks the keeper and forgets the way back: from then on the snapshot stands whatever happens to this process. Never
 * rejects. `entries` are those that are taken back at the end; one that is not among them any more is being dropped.
 */
export async function stay(
  rig: Rig,
  { entry, ref }: { readonly entry: JournalEntry; readonly ref: KeptRef },
  {
    signal,
    calls,
    entries,
  }: { readonly signal: AbortSignal; readonly calls: Calls; readonly entries: Set<JournalEntry> },
): Promise<Stay> {
  const since = performance.now()
  const kept = await asked(rig, { entry, ref }, { signal, calls })
  if (kept.kind === 'lost') return kept
  if (!entries.delete(entry)) return { kind: 'lost', failure: hung(ref) }
  try {
    await rig.journal.settle([entry.id])
  } catch (error) {
    // What the journal still holds would be dropped by `recover`.
    entries.add(entry)
    return { kind: 'lost', failure: findingOf(error) }
  }
  const { point, findings } = kept.archive
  await remember(rig, () => rig.catalog.addPoint(point))
  for (const finding of findings) rig.report({ type: 'warning', finding })
  rig.report({ type: 'snapshot.kept', target: ref.target, point, keepMs: Math.round(performance.now() - since) })
  return kept
}

/** Of one that nobody waits for any more. */
export function hung({ target }: SnapshotRef): Finding {
  return {
    code: 'SNAPSHOT.HUNG',
    message: `whether the snapshot of ${target} stays was not known in time after an abort, so it does not`,
    hint: 'look at what the storage does',
  }
}

async function asked(
  rig: Rig,
  { entry, ref }: { readonly entry: JournalEntry; readonly ref: KeptRef },
  { signal, calls }: { readonly signal: AbortSignal; readonly calls: Calls },
): Promise<Stay> {
  try {
    signal.throwIfAborted()
    const call = keeperOf(rig, ref.keep.store).keep(ref, { signal })
    // One that did not listen to an abort counts all the same: its point in time is that of the hold.
    return { kind: 'kept', archive: await calls.follow(entry.id, call) }
  } catch (error) {
    return { kind: 'lost', failure: failureOf(error, signal) }
  }
}
