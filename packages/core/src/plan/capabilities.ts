import type { StoreAbilities } from '../crane/crane.ts'
import type { Json } from '../json.ts'
import type { Reference, TargetRef } from '../target/reference.ts'
import type { Medium } from '../target/source.ts'

/** What the backends of a rig can do with the targets of a survey. Plain data: the planner calls no backend. */
export interface Capabilities {
  /** Which snapshotter can cut a target, and as what the snapshot can be read. */
  readonly snapshots: readonly SnapshotCapability[]
  /** By target: why its snapshot cannot be kept where the tide keeps them, as far as a keeper said. */
  readonly unkept?: { readonly [target: TargetRef]: string }
  /** What each crane can read, by crane id. */
  readonly cranes: { readonly [crane: string]: readonly Medium[] }
  /** This machine has a place in which dumps can be staged for cranes that read directories alone. */
  readonly staging?: boolean
  /** What can be done with each store that was asked about; one that could not be asked is absent. */
  readonly stores: { readonly [store: Reference]: StoreAbilities }
}

/** One target that one snapshotter can cut, in one way. */
export interface SnapshotCapability {
  readonly target: TargetRef
  readonly snapshotter: string
  readonly exposes: Medium
  readonly token: Json
  /** The store that can keep what is cut in this way. */
  readonly keptIn?: Reference
  /** What it can be cut at one instant with: all of the snapshotter that have the same. */
  readonly together?: string
}
