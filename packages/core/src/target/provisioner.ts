import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'
import type { TargetRef } from './reference.ts'
import type { Medium, Source } from './source.ts'

/** What preparing a place takes. */
export interface PlaceOptions extends CallOptions {
  /** As what the place will be written; absent: nobody knows, and a directory of this machine is best. */
  readonly media?: ReadonlySet<Medium>
}

/** Makes new, empty places to restore into. */
export interface Provisioner {
  /** The scheme of the references that it serves: `dir`, `docker`. */
  readonly scheme: string
  /**
   * Checks that `ref` can be made and gives the token of its making; changes nothing.
   * Rejects with `RESTORE.OCCUPIED` when something that is not empty stands there already.
   */
  prepare(ref: TargetRef, runId: string, options: PlaceOptions): Promise<Json>
  /** Makes it, labelled with the run id where the platform can. Idempotent. Resolves with the place to restore into. */
  create(token: Json, options: CallOptions): Promise<Source>
  /** Removes what `create` made, and only that; idempotent, may run in another process. */
  remove(token: Json, options: CallOptions): Promise<void>
}
