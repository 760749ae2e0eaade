import type { Finding } from '../finding.ts'
import type { Group, Plan } from '../plan/plan.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { aborted } from './aborted.ts'
import type { Calls } from './calls.ts'
import { lift } from './lift.ts'
import type { LiftRecord } from './lift.ts'
import { mapLimit } from './limit.ts'
import { release } from './release.ts'
import { settledWithin, TEARDOWN_MS } from './settled-within.ts'
import { WARM_ORDER } from './snapshots.ts'

/** The workloads are up and nobody waits: another program may hold the store for a while. */
const WITHDRAW_PATIENCE_MS = 600_000

/** The first copies of a group, made while everything still runs. None of them ever counts. */
export interface WarmLifts {
  /**
   * Makes them; what a failed one left is taken back at once. Never rejects: that one failed is a warning, and all that
   * it costs is a longer hold.
   */
  make(): Promise<void>
  /** Removes them. Only when the lifts inside the hold have ended: until then they are what those build on. */
  remove(): Promise<void>
  /** Whether all of them were made. */
  readonly whole: boolean
  /** What could not be taken back. */
  readonly stuck: readonly StuckEntry[]
}

/** The warm lifts of one group, not begun yet. */
export function createWarmLifts(
  rig: Rig,
  { beforeHold }: Group,
  options: { readonly maxConcurrent: Plan['maxConcurrent']; readonly signal: AbortSignal; readonly calls: Calls },
): WarmLifts {
  const { maxConcurrent, signal, calls } = options
  const records: LiftRecord[] = beforeHold.map((step) => ({ step }))
  const stuck: StuckEntry[] = []
  const takeBack = async (some: readonly LiftRecord[]): Promise<void> => {
    const entries = some.flatMap(({ entry }) => entry ?? [])
    stuck.push(...(await release(rig, entries, { calls, patienceMs: WITHDRAW_PATIENCE_MS })))
  }
  return {
    make: async () => {
      const work = mapLimit(records, maxConcurrent, (record) => makeOne(rig, record, { signal, calls }))
      await Promise.race([work, aborted(signal)])
      await settledWithin(work, TEARDOWN_MS)
      await takeBack(records.filter(({ archive }) => archive === undefined))
    },
    remove: async () => {
      await takeBack(records.filter(({ archive }) => archive !== undefined))
    },
    get whole() {
      return records.every(({ archive }) => archive !== undefined)
    },
    stuck,
  }
}

async function makeOne(
  rig: Rig,
  record: LiftRecord,
  options: { readonly signal: AbortSignal; readonly calls: Calls },
): Promise<void> {
  const { ref, from } = record.step
  if (from.kind !== 'live') throw new Error('a warm lift reads a live source')
  await lift(rig, record, from.source, { ...options, order: WARM_ORDER })
  const { failure, liftMs = 0 } = record
  rig.report({ type: 'lift.warmed', target: ref.target, liftMs, whole: failure === undefined })
  if (failure === undefined || options.signal.aborted) return
  rig.report({ type: 'warning', finding: longerHold(record, failure) })
}

function longerHold({ step }: LiftRecord, { code, message, why, hint }: Finding): Finding {
  return {
    code: 'LIFT.NOT_WARM',
    message: `the warm copy of ${step.ref.target} failed, so its hold takes longer`,
    why: `${message}${why === undefined ? '' : `: ${why}`} [${code}]`,
    ...(hint === undefined ? {} : { hint }),
  }
}
