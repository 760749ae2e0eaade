import type { CallOptions } from './call-options.ts'
import type { Crane } from './crane/crane.ts'
import type { Store } from './crane/store.ts'
import type { DumpOpener } from './dump/dump.ts'
import type { DumpLoader } from './dump/loader.ts'
import type { Effect } from './effect/effect.ts'
import type { Quiescer } from './quiesce/quiescer.ts'
import type { Snapshotter } from './snapshot/snapshotter.ts'
import type { Discovery } from './target/discovery.ts'
import type { Exchanger } from './target/exchanger.ts'
import type { Provisioner } from './target/provisioner.ts'
import type { TargetRef } from './target/reference.ts'
import type { Slot, SlotOptions } from './target/slot.ts'
import type { Source } from './target/source.ts'

/** What a plan asks of the parts of backends, which are named by their ids. */
export interface PlannedWork {
  readonly quiesce: readonly { readonly quiescer: string; readonly workload: string }[]
  /** `together`: it is cut at one instant with those of the same. */
  readonly cuts: readonly { readonly snapshotter: string; readonly source: Source; readonly together?: string }[]
  /** `live`: the source itself is read, and not a cut of it. */
  readonly lifts: readonly { readonly store: Store; readonly source: Source; readonly live: boolean }[]
}

/** A platform. Every member is optional ability: what a platform cannot do is absent. */
export interface Backend {
  readonly id: string
  readonly discovery?: Discovery
  readonly quiescers?: readonly Quiescer[]
  readonly snapshotters?: readonly Snapshotter[]
  readonly cranes?: readonly Crane[]
  readonly provisioners?: readonly Provisioner[]
  /** What restores in place need for targets that are no directories of this machine. */
  readonly exchangers?: readonly Exchanger[]
  /** Opens the streams of this backend's targets. */
  readonly dumps?: DumpOpener
  /** Loads dumps back into the databases of this backend's targets. */
  readonly loader?: DumpLoader
  /** The ways back of its own verbs; see `perform`. */
  readonly effects?: readonly Effect[]
  /**
   * Other names that runs may have for a target: whoever works on it locks these too, so that it is not two things. One way
   * is enough, since both then lock one key. Pure; empty for what is another backend's.
   */
  readonly alsoLocked?: (target: TargetRef) => readonly TargetRef[]
  /**
   * Takes one of a limited number of places before a run or a restore of these targets begins; undefined when that is not counted.
   * Rejects with `LOCK.SLOTS_TAKEN` when none becomes free in time.
   */
  readonly slot?: (targets: readonly TargetRef[], options: SlotOptions) => Promise<Slot | undefined>
  /**
   * Checks what the parts of this backend need for a run as a whole, such as rights, before they are asked one by one: so all that
   * is missing is told at once. Changes nothing. Rejects when something is missing.
   */
  readonly preflight?: (work: PlannedWork, options: CallOptions) => Promise<void>
  /**
   * Removes what dead processes left here that no journal tells of, such as the container of a listing or of a restore.
   * Called before every recovery; what living processes use stays. Idempotent.
   */
  sweep?(options: CallOptions): Promise<void>
}
