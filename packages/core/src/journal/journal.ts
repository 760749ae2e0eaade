import type { LiftRef } from '../crane/crane.ts'
import type { Finding } from '../finding.ts'
import type { Json } from '../json.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { TargetRef } from '../target/reference.ts'

/** How one effect is taken back: a verb of a backend and its token. A closed union; `release` handles each kind. */
export type Undo =
  | { readonly kind: 'quiesce'; readonly quiescer: string; readonly workload: string; readonly token: Json }
  | { readonly kind: 'snapshot'; readonly snapshotter: string; readonly ref: SnapshotRef }
  | { readonly kind: 'exposure'; readonly snapshotter: string; readonly ref: SnapshotRef }
  | { readonly kind: 'lift'; readonly ref: LiftRef }
  | { readonly kind: 'provision'; readonly target: TargetRef; readonly provisioner: string; readonly token: Json }
  | ({ readonly kind: 'swap' } & Exchanged)
  | ({ readonly kind: 'staging' } & Exchanged)
  | { readonly kind: 'effect'; readonly target: TargetRef; readonly effect: string; readonly token: Json }
  | UnreadableUndo

/** The exchange of a target's content. */
interface Exchanged {
  readonly target: TargetRef
  /** Absent: that of core, for directories. */
  readonly exchanger?: string
  readonly token: Json
}

/** What stands in the journal and cannot be understood: read back only, never opened, and stuck until somebody looks. */
export interface UnreadableUndo {
  readonly kind: 'unreadable'
  /** What is wrong with it. */
  readonly why: string
}

/** What a run writes down before it acts. */
export interface NewEntry {
  readonly runId: string
  /** Entries are taken back from the highest order down; those of one order at once. */
  readonly order: number
  readonly undo: Undo
}

/** Something that must still be undone. */
export interface JournalEntry extends NewEntry {
  readonly id: number
  /** `intent`: the effect may or may not have happened. `done`: it did. */
  readonly phase: 'intent' | 'done'
  /** ISO 8601 in UTC. */
  readonly at: string
  /** How often undoing it has failed. */
  readonly attempts: number
  readonly lastFailure?: Finding
  /**
   * The journal is a copy that was made while this was pending (its disk was restored from a backup), so the effect is of
   * the past: archives, places and snapshots that were to stay are left as they are.
   */
  readonly copied?: true
}

/** How a change of the journal is written. */
export interface JournalWrite {
  /** A power cut may lose it, the end of a process does not: for what would leave nothing then that anybody misses. */
  readonly mayBeLost?: boolean
}

/**
 * The durable list of what must still be undone. `open`, `done`, `settle` and `failed` are on stable storage when they
 * resolve, unless they may be lost: a power cut right after loses nothing.
 */
export interface Journal {
  /** Writes all entries in one step, in phase `intent`. */
  open(entries: readonly NewEntry[], write?: JournalWrite): Promise<readonly JournalEntry[]>
  /** The effects happened. */
  done(ids: readonly number[]): Promise<void>
  /** The effects are undone, or have become what is wanted; forgets the entries. Idempotent. */
  settle(ids: readonly number[], write?: JournalWrite): Promise<void>
  /** An undo failed; the entry stays. */
  failed(id: number, failure: Finding): Promise<void>
  /** In the order in which they were opened; all runs, or one. */
  pending(runId?: string): Promise<readonly JournalEntry[]>
}
