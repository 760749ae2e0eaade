import type { CallOptions } from '../call-options.ts'
import type { DumpFile } from '../dump/dump.ts'
import type { Finding } from '../finding.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Medium, Source, StreamSource } from '../target/source.ts'
import type { RestorePoint } from './restore-point.ts'
import type { Store } from './store.ts'

/** Names one lift before it begins; all that is left of it can be found by `id`. */
export interface LiftRef {
  /** Unique over all machines, letters, digits and `-` only: safe in file, container and tag names. */
  readonly id: string
  readonly runId: string
  readonly target: TargetRef
  readonly store: Store
  /** ISO 8601 in UTC: the nominal time of the run. */
  readonly at: string
  readonly machine: string
  readonly tide?: string
  /**
   * A first copy while the workloads run, so that the lift inside the hold moves little. It is of no one point in time and
   * never a restore point: `list` does not tell of its archive, and `withdraw` removes it once the other lift has ended.
   */
  readonly warm?: true
}

/** How far a lift or lower is. */
export interface Progress {
  readonly bytes: number
  readonly files?: number
  /** Absent when the crane does not know. */
  readonly totalBytes?: number
}

/** What lift and lower take. */
export interface LiftOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void
  /**
   * Opens a stream that is to be lifted; ends with `signal`. A further call begins the dump anew, when the one before is over. The archive is a directory with the files that it
   * gives, and is finished only after each of them was proven whole: a crane's own end comes after the verdict of the
   * dump. Always there for a source that is a `stream`.
   */
  readonly open?: (source: StreamSource) => AsyncIterable<DumpFile>
}

/** The outcome of a lift. */
export interface Archive {
  readonly point: RestorePoint
  /** Not empty: the copy is partial, and why. */
  readonly findings: readonly Finding[]
}

/** Copies a source into an archive elsewhere. A crane holds no state: everything is in the ref and its store. */
export interface Crane {
  readonly id: string
  /** What it can read. */
  readonly media: ReadonlySet<Medium>
  /**
   * Checks before any hold that a lift can begin: program, image (pulled if asked), store, credentials, space.
   * Rejects with the one error that says what is missing.
   */
  preflight(store: Store, sources: readonly Source[], options: PreflightOptions): Promise<void>
  /**
   * Resolves when the archive is whole and durable at the far end. Rejects otherwise; what it left behind is removed by
   * `clear` and, where the crane has archives, `withdraw`.
   */
  lift(ref: LiftRef, source: Source, options: LiftOptions): Promise<Archive>
  /** Removes what a lift left on this machine (processes, containers, locks, unfinished files), never a whole archive. Idempotent; may run in another process. */
  clear(ref: LiftRef, options: CallOptions): Promise<void>
  /** Absent when the archives can only be written. */
  readonly archives?: ArchiveStore
  /**
   * What it can do with this very store, where one crane serves stores of many abilities (container images). Reads and
   * changes nothing. Absent: the presence of `archives` tells, and nothing is deduplicated.
   */
  abilities?(store: Store, options: CallOptions): Promise<StoreAbilities>
}

/** What a crane can do with one store besides writing to it. */
export interface StoreAbilities {
  /** Archives can be listed, restored and removed; else the verbs of {@link ArchiveStore} reject with `STORE.WRITE_ONLY`, and `withdraw` does nothing. */
  readonly archives: boolean
  /** A second copy of nearly the same content moves little more than what changed, so that a warm lift is worth its time. */
  readonly deduplicates: boolean
}

/** What preflight takes. */
export interface PreflightOptions extends CallOptions {
  /** Make the store when it is not there yet. */
  readonly init: boolean
}

/** What list takes. */
export interface ListOptions extends CallOptions {
  /** Gets each archive of the store that stands there and cannot be read: it is in no list, and may be good all the same. */
  readonly onProblem?: (finding: Finding) => void
}

/** The restore points of a store, whoever makes them: a crane its archives, a keeper its snapshots. */
export interface PointStore {
  /** Only whole points, and none of a warm lift; newest last. Rejects with `STORE.UNREACHABLE` or `STORE.NOT_FOUND`. */
  list(store: Store, options: ListOptions): AsyncIterable<RestorePoint>
  /**
   * Restores into an existing, empty place that can be written (`media`). Resolves when every file stands there as it was,
   * and this was compared with what the point says. Absent where only a provisioner makes something of a point.
   */
  lower?(point: RestorePoint, store: Store, destination: Source, options: LiftOptions): Promise<void>
  /** Reads the copy and rejects with `ARCHIVE.DAMAGED` when it is not what was copied. */
  check?(point: RestorePoint, store: Store, options: LiftOptions): Promise<void>
  /** Removes points; idempotent. Resolves when they are gone from `list`. */
  remove(points: readonly RestorePoint[], store: Store, options: CallOptions): Promise<void>
}

/** The archives of a crane. */
export interface ArchiveStore extends PointStore {
  lower(point: RestorePoint, store: Store, destination: Source, options: LiftOptions): Promise<void>
  /** Removes the archive that a lift may have made, whole or not; idempotent, may run in another process. */
  withdraw(ref: LiftRef, options: CallOptions): Promise<void>
}
