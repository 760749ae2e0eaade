import type { LiftRef } from '../crane/crane.ts'
import type { Finding } from '../finding.ts'
import type { Json } from '../json.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Source } from '../target/source.ts'

/** The version of the plan format that this package writes and reads. */
export const PLAN_VERSION = 2

/**
 * Which targets come to rest together. `individual`: each target with its workloads; `smart`: connected components over
 * targets and their workloads; `project`: like smart, workloads of one project together.
 */
export type Grouping = 'individual' | 'smart' | 'project'

/** What a run will do: plain, versioned JSON that can be printed, compared, stored and run. */
export interface Plan {
  readonly version: typeof PLAN_VERSION
  readonly runId: string
  /** ISO 8601 in UTC; also the nominal time of the archives. */
  readonly createdAt: string
  readonly machine: string
  readonly tide?: string
  readonly grouping: Grouping
  /** The longest time in milliseconds that the workloads of one group may be at rest. */
  readonly maxHoldMs: number
  /** How many lifts of one group run at once. */
  readonly maxConcurrent: number
  /** Run one after the other. */
  readonly groups: readonly Group[]
  /** Targets that were selected and cannot be copied, each with the reason. They make the run at best partial. */
  readonly skipped: readonly SkippedTarget[]
  readonly warnings: readonly Finding[]
}

/** The targets that must be at rest together, and what is done with them. */
export interface Group {
  /** Unique in the plan: `g1`, `g2` … */
  readonly id: string
  readonly targets: readonly TargetRef[]
  /** Waves: one after the other, the steps of one wave at once; undone in reverse. */
  readonly quiesce: readonly (readonly QuiesceStep[])[]
  /** Workloads at rest already that must stay so: prepared and watched, never touched. */
  readonly idle: readonly QuiesceStep[]
  /** Workloads that use the targets and keep running because they were told to; their events do not taint. */
  readonly left: readonly LeftWorkload[]
  /** Warm lifts, while everything still runs: of live sources that are lifted again inside the hold. */
  readonly beforeHold: readonly LiftStep[]
  /** Snapshots first, then lifts of live sources. */
  readonly whileQuiesced: readonly (SnapshotStep | LiftStep)[]
  /** Lifts of what the snapshots of this group expose, and of streams, for which nobody is at rest. */
  readonly afterResume: readonly LiftStep[]
  /** How long the workloads will be at rest, in milliseconds, judged by what was measured; absent without history. */
  readonly predictedHoldMs?: number
}

/** Brings one workload to rest in one way. */
export interface QuiesceStep {
  readonly kind: 'quiesce'
  readonly workload: string
  /** For people. */
  readonly name: string
  readonly quiescer: string
  readonly settings: Json
}

/** A workload that stays up during a hold of its targets. */
export interface LeftWorkload {
  readonly workload: string
  /** For people. */
  readonly name: string
  readonly why: string
}

/** Cuts one target. With `keep` in the ref the snapshot stays as a restore point, lifted or not. */
export interface SnapshotStep {
  readonly kind: 'snapshot'
  readonly snapshotter: string
  readonly ref: SnapshotRef
}

/** Copies one target into its store. */
export interface LiftStep {
  readonly kind: 'lift'
  readonly ref: LiftRef
  readonly from: LiftOrigin
  /**
   * The crane cannot read this stream: the dump is written into a directory of this machine first, proven whole there,
   * lifted as that directory and removed.
   */
  readonly staged?: true
}

/** What a lift reads. */
export type LiftOrigin =
  | { readonly kind: 'live'; readonly source: Source }
  | { readonly kind: 'snapshot'; readonly snapshotter: string; readonly ref: SnapshotRef }

/** A selected target that the plan leaves out. */
export interface SkippedTarget {
  readonly target: TargetRef
  readonly finding: Finding
}
