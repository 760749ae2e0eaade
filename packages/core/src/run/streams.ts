import { STAGED_DUMPS, stageDump, stageOf } from '../dump/stage.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import type { StreamSource } from '../target/source.ts'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import { failureOf } from './failure.ts'
import { lift, openedBy } from './lift.ts'
import type { LiftRecord } from './lift.ts'
import { stagingOf } from './parts.ts'
import { release } from './release.ts'
import { EXPOSURE_ORDER, LIFT_ORDER } from './snapshots.ts'

/** What a lift of a stream takes. */
interface StreamOptions {
  readonly signal: AbortSignal
  readonly calls: Calls
}

/** The lifts of streams of one group, and the places in which some of them are staged. Disposing removes what is left of those. */
export interface Streams extends AsyncDisposable {
  /** Opens a stream and lifts it, staged where the plan says so. Never rejects: what happened stands in the record. */
  lift(record: LiftRecord, options: StreamOptions): Promise<void>
  /** What could not be removed. */
  readonly stuck: readonly StuckEntry[]
}

/** The streams of one group, none of them begun yet. */
export function createStreams(rig: Rig): Streams {
  const left = new Set<JournalEntry>()
  const stuck: StuckEntry[] = []
  const calls = createCalls()
  const takeBack = async (entries: readonly JournalEntry[]): Promise<void> => {
    for (const entry of entries) left.delete(entry)
    stuck.push(...(await release(rig, entries, { calls })))
  }

  const liftStaged = async (record: LiftRecord, source: StreamSource, options: StreamOptions): Promise<void> => {
    const { ref } = record.step
    const { directory, token } = stageOf(stagingOf(rig), ref.id)
    const undo = { kind: 'effect', target: ref.target, effect: STAGED_DUMPS, token } as const
    const [entry] = await rig.journal.open([{ runId: ref.runId, order: EXPOSURE_ORDER, undo }])
    if (entry === undefined) throw new Error('the journal opened no entry')
    left.add(entry)
    await calls.follow(entry.id, stagedLift(rig, record, { ...options, source, directory }))
    // Not at the end of the group: several dumps may not have room beside each other.
    await takeBack([entry])
  }

  return {
    stuck,
    lift: async (record, options) => {
      const { from, staged } = record.step
      try {
        options.signal.throwIfAborted()
        if (from.kind !== 'live' || from.source.medium !== 'stream')
          throw new Error('what is lifted after the hold is a stream, or a snapshot')
        if (staged === true) await liftStaged(record, from.source, options)
        else await lift(rig, record, from.source, { ...options, order: LIFT_ORDER })
      } catch (error) {
        record.failure ??= failureOf(error, options.signal)
      }
    },
    [Symbol.asyncDispose]: async () => {
      await takeBack([...left])
    },
  }
}

/** Never rejects. */
async function stagedLift(
  rig: Rig,
  record: LiftRecord,
  given: StreamOptions & { readonly source: StreamSource; readonly directory: string },
): Promise<void> {
  const { signal, source, directory, calls } = given
  const since = performance.now()
  const { target } = record.step.ref
  try {
    await stageDump(directory, openedBy(rig, source, { runId: record.step.ref.runId, signal }), {
      signal,
      onBytes: (bytes) => rig.report({ type: 'lift.progress', target, progress: { bytes } }),
    })
    signal.throwIfAborted()
    await lift(rig, record, { medium: 'directory', path: directory }, { signal, calls, order: LIFT_ORDER })
  } catch (error) {
    record.failure = failureOf(error, signal)
  }
  record.liftMs = Math.round(performance.now() - since)
}
