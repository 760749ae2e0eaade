import type { Finding } from '@salvage-kit/core'
import type { RetentionVerdict } from './verdict.ts'

/** What became of a verdict. */
export interface RetentionOutcome extends RetentionEnd {
  readonly verdict: RetentionVerdict
}

/** How it ended. */
export interface RetentionEnd {
  /**
   * `changed`: the snapshot is no longer as it was when it was judged, and was left alone. `pending`: the server took the removal,
   * and something there still waits.
   */
  readonly end: 'done' | 'gone' | 'changed' | 'failed' | 'pending'
  readonly finding?: Finding
}

/** What became of a plan. */
export interface RetentionReport {
  /** In no order. Verdicts without anything to do have none. */
  readonly outcomes: readonly RetentionOutcome[]
  /** Besides those of the outcomes. */
  readonly findings: readonly Finding[]
  /** True when a namespace was skipped or something was left undone: run it again. */
  readonly partial: boolean
}
