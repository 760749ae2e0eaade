import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'
import type { PointOrigin } from './provisioner.ts'
import type { Medium, Source } from './source.ts'

/** What preparing an exchange takes. */
export interface ExchangeOptions extends CallOptions {
  readonly runId: string
  /** What the new content will be. */
  readonly from: PointOrigin
}

/** An exchange that can begin. */
export interface PreparedExchange {
  readonly token: Json
  /** `stage` brings the content of the point itself, without a copy; else it gives an empty place to lower into. */
  readonly filled: boolean
}

/**
 * Exchanges the content of a target for another under the same name, so that a restore in place is one short step with the
 * writers down. Core has one for directories of this machine. Every verb but `prepare` takes the token, from the journal too,
 * in another process; all of them but `exchange` are idempotent.
 */
export interface Exchanger {
  readonly id: string
  /** Of which live sources. */
  readonly media: ReadonlySet<Medium>
  /** Looks whether it can be done, and changes nothing. Rejects when not. */
  prepare(source: Source, options: ExchangeOptions): Promise<PreparedExchange>
  /** Makes the place of the new content beside the target, while the writers run. May be slow. */
  stage(token: Json, options: CallOptions): Promise<Source>
  /** Exchanges; the writers are at rest, so it must be quick. Resolves when the new content stands, durably. */
  exchange(token: Json, options: CallOptions): Promise<void>
  /**
   * Makes the new content final; from then on `takeBack` does nothing. Called before the writers rise. Rejects only when
   * it is certain that nothing is final.
   */
  commit(token: Json, options: CallOptions): Promise<void>
  /** Brings the former content back, however far the exchange came; does nothing to a committed one, or to none. Quick. */
  takeBack(token: Json, options: CallOptions): Promise<void>
  /**
   * Removes what is not wanted: the former content after a commit, else the new one. Rejects while the former content is
   * still to be taken back.
   */
  clear(token: Json, options: CallOptions): Promise<void>
}
