import type { Finding } from '@salvage-kit/core'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import type { LabelChange } from '../label/label-change.ts'

/** What is done with a snapshot. */
export type RetentionAction =
  /** It stays. */
  | 'keep'
  /** It stays, and no rule has a say in it. */
  | 'hold'
  /** It gets tiers. */
  | 'grant'
  /** It loses tiers, and stays. */
  | 'untier'
  /** It loses its last tiers, or had none: it gets a `delete-after`, and is removed on a later day. */
  | 'mark'
  /** Its `delete-after` is taken away. */
  | 'unmark'
  | 'delete'

/** What becomes of a snapshot, and why. */
export interface RetentionVerdict {
  readonly snapshot: KeptSnapshot
  readonly action: RetentionAction
  /** One line, for people. */
  readonly reason: string
  /** The labels to change; empty when none. */
  readonly change: LabelChange
  /** Something that a reader should know besides. */
  readonly finding?: Finding
  /** Of `delete`: the good one of the same claim that stays. Nothing is removed when it is gone. */
  readonly stays?: { readonly name: string; readonly uid: string }
}
