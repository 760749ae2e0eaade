import type { CallOptions } from '../call-options.ts'
import type { Archive, PointStore, PreflightOptions } from '../crane/crane.ts'
import type { Store } from '../crane/store.ts'
import type { Medium, Source } from '../target/source.ts'
import type { Keep, SnapshotRef } from './snapshot-ref.ts'

/** A snapshot that is to stay. */
export interface KeptRef extends SnapshotRef {
  readonly keep: Keep
}

/** Makes snapshots stay as restore points, on the storage on which they were cut. */
export interface Keeper {
  /** What its stores have as `crane`; unique among keepers and cranes: `csi`. */
  readonly id: string
  /**
   * Checks before any hold that snapshots of these live sources can be cut and kept: class, driver, permissions, room.
   * Rejects with the one error that says what is missing.
   */
  preflight?(store: Store, sources: readonly Source[], options: PreflightOptions): Promise<void>
  /**
   * Called after `take` resolved and the workloads rose, beside `expose` and whatever reads what that shows. Waits until the
   * snapshot is whole and would survive this process, marks it so that `points.list` tells of it, and resolves with its
   * point (`kind: 'snapshot'`, its `takenAt` the time of the cut where the platform tells it). Rejects when it never will
   * be, and for one that was never taken. Idempotent; may run in another process.
   *
   * Until the engine has written down that it resolved, `drop` removes the snapshot, marked or not.
   */
  keep(ref: KeptRef, options: CallOptions): Promise<Archive>
  /** What is kept. `remove` removes each snapshot and all that was made to expose it. */
  readonly points: PointStore
  /** Into what `points.lower` can write; empty without. */
  readonly media: ReadonlySet<Medium>
}
