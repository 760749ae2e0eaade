import type { Store } from '../crane/store.ts'
import type { Json } from '../json.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Source } from '../target/source.ts'

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
  /** Present: it is to stay as a restore point once the keeper of its snapshotter has said that it is whole. */
  readonly keep?: Keep
  /**
   * Present: it is cut at one instant with the others of its run that have the same. Letters, digits and `-` only; unique in
   * all runs.
   */
  readonly together?: string
}

/** Where a snapshot is to stay, and what is said of it there. */
export interface Keep {
  readonly store: Store
  /** ISO 8601 in UTC: the nominal time of the run. */
  readonly at: string
  readonly machine: string
  readonly tide?: string
}
