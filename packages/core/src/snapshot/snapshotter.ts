import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Medium, Source } from '../target/source.ts'

/** Names one snapshot before it is taken. */
export interface SnapshotRef {
  /** Unique, letters, digits and `-` only. */
  readonly id: string
  readonly runId: string
  readonly target: TargetRef
  /** The live source that is cut. */
  readonly source: Source
  /** What `probe` said that the snapshotter needs. */
  readonly token: Json
}

/** Whether a source can be cut, and as what its snapshot can be read. */
export type SnapshotSupport =
  | { readonly supported: true; readonly exposes: Medium; readonly token: Json }
  | { readonly supported: false; readonly why: string }

/** Cuts a point in time on the same storage, at once. */
export interface Snapshotter {
  readonly id: string
  /** Reads and changes nothing. */
  probe(source: Source, options: CallOptions): Promise<SnapshotSupport>
  /**
   * Makes ready what would slow the cut down, such as content that stands in memory only. Called while the workloads
   * still run, shortly before they are brought to rest. Leaves nothing that must be taken back; when it fails, the hold
   * takes longer.
   */
  prepare?(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Resolves as soon as the point in time is cut; must be quick, workloads are at rest. */
  take(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Makes it readable; may be slow, workloads are up. Idempotent. */
  expose(ref: SnapshotRef, options: CallOptions): Promise<Source>
  /** Removes the exposure, keeps the snapshot. Idempotent. */
  conceal(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Removes both. Idempotent; works when `take` never happened or only half. */
  drop(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Snapshots that stand, newest last. */
  list?(options: CallOptions): AsyncIterable<RestorePoint>
}
