import type { Json } from '../json.ts'
import type { Reference, TargetRef } from '../target/reference.ts'

/** Anything a target can be brought back to: a snapshot or an archive. */
export interface RestorePoint {
  readonly kind: 'archive' | 'snapshot'
  /** Unique in its store, and stable; people may shorten it to any unique prefix. */
  readonly id: string
  readonly target: TargetRef
  /** The store of the archive, or that in which the snapshot is kept. */
  readonly store: Reference
  /** When the copy was begun, ISO 8601 in UTC. */
  readonly takenAt: string
  /** `partial`: the copy stands, but something of the source is missing in it or changed while it was read. */
  readonly state: 'good' | 'partial'
  /** Of the content before compression. */
  readonly bytes?: number
  /** What the copy takes in the store. */
  readonly storedBytes?: number
  readonly files?: number
  readonly machine?: string
  readonly runId?: string
  /** Pinned points are never removed by retention; the text says by whom or for what. */
  readonly pinned?: string
  /** What the crane or keeper needs besides the id. */
  readonly token?: Json
}
