import type { CallOptions } from '../call-options.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { Json } from '../json.ts'
import type { TargetRef } from './reference.ts'
import type { Medium, Source } from './source.ts'

/** What preparing a place takes. */
export interface PlaceOptions extends CallOptions {
  /** As what the place will be written; absent: nobody knows, and a directory of this machine is best. */
  readonly media?: ReadonlySet<Medium>
  /** What will be lowered into it, for places that must be made large enough; absent: nobody knows. */
  readonly from?: PointOrigin
}

/** A restore point and the store in which it stands. */
export interface PointOrigin {
  readonly point: RestorePoint
  readonly store: Store
}

/** Makes new places to restore into: empty ones, and where the platform can, ones that hold a kept snapshot from the start. */
export interface Provisioner {
  /** The scheme of the references that it serves: `dir`, `docker`. */
  readonly scheme: string
  /**
   * Checks that `ref` can be made and gives the token of its making; changes nothing.
   * Rejects with `RESTORE.OCCUPIED` when something that is not empty stands there already.
   */
  prepare(ref: TargetRef, runId: string, options: PlaceOptions): Promise<Json>
  /**
   * As `prepare`, for a place that has the content of a kept snapshot without a copy. Resolves with undefined when this
   * provisioner makes no such place of that point: then an empty one is made and the keeper lowers into it, if it can.
   */
  prepareFrom?(ref: TargetRef, from: PointOrigin, runId: string, options: CallOptions): Promise<Json | undefined>
  /**
   * Makes it, labelled with the run id where the platform can. Idempotent. Resolves with the place to restore into; with a
   * token of `prepareFrom`, when the whole content is there for whoever reads the place.
   */
  create(token: Json, options: CallOptions): Promise<Source>
  /** Removes what `create` made, and only that; idempotent, may run in another process. */
  remove(token: Json, options: CallOptions): Promise<void>
}
