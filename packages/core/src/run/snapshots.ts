import { isSalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { LiftStep, SnapshotStep } from '../plan/plan.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { TakeOptions } from '../snapshot/snapshotter.ts'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import { cutsOf, takeAll } from './cuts.ts'
import type { Cuts } from './cuts.ts'
import { failureOf } from './failure.ts'
import { lift } from './lift.ts'
import type { LiftRecord } from './lift.ts'
import { mapLimit } from './limit.ts'
import { notBeyond } from './not-beyond.ts'
import { snapshotterOf } from './parts.ts'
import { release } from './release.ts'
import { stay, toStay } from './stay.ts'
import type { Stay } from './stay.ts'

// Undone from the highest: first the lift is cleared, then the exposure goes, then the snapshot; a warm archive last, as
// the parent of the lift.
export const WARM_ORDER = 0
const SNAPSHOT_ORDER = 1
export const EXPOSURE_ORDER = 2
export const LIFT_ORDER = 3

/** Keepers wait, and work little. */
const KEEPS_AT_ONCE = 16

/** Snapshots that live longer than the hold in which they were cut. Disposing it drops them, but for those that stay. */
export interface Snapshots extends AsyncDisposable {
  /** Cuts all targets; resolves when every cut is made or has failed. Rejects when the journal cannot take them down. */
  take(steps: readonly SnapshotStep[], options: TakeOptions): Promise<void>
  /** Lets those stay that are to, each as soon as it is known to be whole. Called after a good hold alone. Never rejects. */
  keep(options: { readonly signal: AbortSignal }): Promise<void>
  /** What became of one that was to stay; undefined while nobody knows. */
  stayOf(id: SnapshotRef['id']): Stay | undefined
  /** Exposes the snapshot of a lift and lifts it. Never rejects: what happened stands in the record. */
  liftFrom(
    record: LiftRecord,
    step: LiftStep,
    options: { readonly signal: AbortSignal; readonly calls: Calls },
  ): Promise<void>
  /** After disposal: what could not be dropped. */
  readonly stuck: readonly StuckEntry[]
}

/** The snapshots of one group. */
export function createSnapshots(rig: Rig, runId: string): Snapshots {
  const entries = new Set<JournalEntry>()
  const stays = new Map<string, Stay>()
  const failures = new Map<string, Finding>()
  const calls = createCalls()
  const unmade = new Set<JournalEntry['id']>()
  let stuck: readonly StuckEntry[] = []

  const cut = async (cuts: Cuts, options: TakeOptions): Promise<void> => {
    const [{ entry, step }, ...others] = cuts
    const { signal } = options
    try {
      const made = takeAll(snapshotterOf(rig, step.snapshotter), cuts, options)
      for (const other of others) void calls.follow(other.entry.id, made).catch(() => undefined)
      const more = others.length === 0 ? '' : ` and ${String(others.length)} more`
      await notBeyond(calls.follow(entry.id, made), signal, `the snapshot of ${step.ref.target}${more}`)
      // The workloads may have begun to rise.
      signal.throwIfAborted()
      for (const { step: one } of cuts)
        rig.report({ type: 'snapshot.taken', target: one.ref.target, snapshotter: one.snapshotter })
    } catch (error) {
      const failure = failureOf(error, signal)
      // Of several, some may have been cut, or marked for it, before one was refused.
      const untouched = others.length === 0 && isSalvageError(error) && error.untouched
      for (const { entry: cutEntry, step: one } of cuts) {
        if (untouched) unmade.add(cutEntry.id)
        failures.set(one.ref.id, failure)
      }
    }
  }

  return {
    get stuck() {
      return stuck
    },
    take: async (steps, options) => {
      if (steps.length === 0) return
      const opened = await rig.journal.open(
        steps.map(({ snapshotter, ref }) => ({
          runId,
          order: SNAPSHOT_ORDER,
          undo: { kind: 'snapshot', snapshotter, ref },
        })),
      )
      for (const entry of opened) entries.add(entry)
      const pairs = opened.flatMap((entry, index) => {
        const step = steps[index]
        return step === undefined ? [] : [{ entry, step }]
      })
      await Promise.all(cutsOf(pairs).map(async (cuts) => cut(cuts, options)))
    },
    keep: async ({ signal }) => {
      await mapLimit([...entries], KEEPS_AT_ONCE, async (entry) => {
        const ref = toStay(entry)
        if (ref === undefined) return
        const failure = failures.get(ref.id)
        const lost = failure === undefined ? undefined : ({ kind: 'lost', failure } as const)
        stays.set(ref.id, lost ?? (await stay(rig, { entry, ref }, { signal, calls, entries })))
      })
    },
    stayOf: (id) => stays.get(id),
    liftFrom: async (record, step, options) => {
      if (step.from.kind !== 'snapshot') throw new Error('a lift after the hold reads a snapshot')
      const { snapshotter, ref } = step.from
      const failure = failures.get(ref.id)
      if (failure !== undefined) {
        record.failure = failure
        return
      }
      try {
        options.signal.throwIfAborted()
        const undo = { kind: 'exposure', snapshotter, ref } as const
        const [entry] = await rig.journal.open([{ runId, order: EXPOSURE_ORDER, undo }])
        if (entry === undefined) throw new Error('the journal opened no entry')
        entries.add(entry)
        const source = await calls.follow(entry.id, snapshotterOf(rig, snapshotter).expose(ref, options))
        await lift(rig, record, source, { ...options, order: LIFT_ORDER })
      } catch (error) {
        record.failure ??= failureOf(error, options.signal)
      }
    },
    [Symbol.asyncDispose]: async () => {
      const left = [...entries]
      entries.clear()
      stuck = await release(rig, left, { calls, unmade })
    },
  }
}
