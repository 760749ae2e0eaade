import type { JournalEntry } from '../journal/journal.ts'
import type { SnapshotStep } from '../plan/plan.ts'
import type { Snapshotter, TakeOptions } from '../snapshot/snapshotter.ts'

/** A cut that is journaled. */
export interface Cut {
  readonly entry: JournalEntry
  readonly step: SnapshotStep
}

/** What one call cuts. */
export type Cuts = readonly [Cut, ...Cut[]]

/** Those that are to be cut at one instant come together, all others alone. */
export function cutsOf(pairs: readonly Cut[]): readonly Cuts[] {
  const byCall = Map.groupBy(pairs, ({ step: { snapshotter, ref } }) =>
    ref.together === undefined ? ref.id : JSON.stringify([snapshotter, ref.together]),
  )
  return [...byCall.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] as const],
  )
}

/** Cuts them at one instant where the snapshotter can, or one after the other. */
export async function takeAll(snapshotter: Snapshotter, cuts: Cuts, options: TakeOptions): Promise<void> {
  const refs = cuts.map(({ step }) => step.ref)
  if (refs.length > 1 && snapshotter.takeTogether !== undefined) return snapshotter.takeTogether(refs, options)
  for (const ref of refs) await snapshotter.take(ref, options)
}
