import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'

/**
 * What a backend's own verb does to a target, as far as the engine takes it back: only the way back. The verb itself is a
 * function of the backend's, and goes through `perform`.
 */
export interface Effect {
  /** Begins with the id of the backend: `btrfs.restore`. */
  readonly id: string
  /**
   * Makes what the token names as it was before the verb, whether the verb came to its end, stopped half way or never
   * began. Idempotent; may run in another process. Rejects with a retryable error when another call may help.
   */
  undo(token: Json, options: CallOptions): Promise<void>
}
