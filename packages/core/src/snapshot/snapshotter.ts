import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'
import type { RestNote } from '../quiesce/quiescer.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { Medium, Source } from '../target/source.ts'
import type { Keeper } from './keeper.ts'
import type { SnapshotRef } from './snapshot-ref.ts'

/** Whether a source can be cut, and as what its snapshot can be read. */
export type SnapshotSupport =
  | {
      readonly supported: true
      readonly exposes: Medium
      readonly token: Json
      /** Sources of which it says the same can be cut at one instant by `takeTogether`. */
      readonly together?: string
    }
  | { readonly supported: false; readonly why: string }

/** What probe takes. */
export interface CutOptions extends CallOptions {
  /** Only with a keeper: whether it can be cut so that this store keeps it, which may be cut in another way. */
  readonly keep?: Store
}

/** What take takes. */
export interface TakeOptions extends CallOptions {
  /** What quiescers said of the workloads that are at rest; for the snapshot to bear where it can. Absent: nothing. */
  readonly notes?: readonly RestNote[]
}

/** Cuts a point in time on the same storage, at once. */
export interface Snapshotter {
  readonly id: string
  /** Reads and changes nothing. */
  probe(source: Source, options: CutOptions): Promise<SnapshotSupport>
  /**
   * Makes ready what would slow the cut down, such as content that stands in memory only. Called while the workloads
   * still run, shortly before they are brought to rest. Leaves nothing that must be taken back; when it fails, the hold
   * takes longer.
   */
  prepare?(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Resolves as soon as the point in time is cut; must be quick, workloads are at rest. */
  take(ref: SnapshotRef, options: TakeOptions): Promise<void>
  /**
   * Cuts several at one instant, as `take` cuts one; all of them, or it rejects. They have the same `together`, and `probe`
   * said the same `together` of their sources. Each is exposed, kept and dropped for itself: storage may be freed only when
   * the last of them is dropped.
   */
  takeTogether?(refs: readonly SnapshotRef[], options: TakeOptions): Promise<void>
  /** Makes it readable; may be slow, workloads are up. Idempotent. */
  expose(ref: SnapshotRef, options: CallOptions): Promise<Source>
  /** Removes the exposure, keeps the snapshot. Idempotent; also beside and after `keep`. */
  conceal(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Removes both, a kept one too. Idempotent; works when `take` never happened or only half. */
  drop(ref: SnapshotRef, options: CallOptions): Promise<void>
  /** Snapshots that stand, newest last. */
  list?(options: CallOptions): AsyncIterable<RestorePoint>
  /** Absent where a snapshot is of use only as long as it is read. */
  readonly keeps?: Keeper
}
