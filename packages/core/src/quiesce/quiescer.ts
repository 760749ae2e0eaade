import type { CallOptions } from '../call-options.ts'
import type { Finding } from '../finding.ts'
import type { Json } from '../json.ts'

/** What is known of the effect when `resume` is called. */
export interface ResumeOptions extends CallOptions {
  /** `yes`: `quiesce` had resolved. `maybe`: the process died, or the call failed, while `quiesce` was under way. */
  readonly quiesced: 'yes' | 'maybe'
}

/** What a quiescer says of the rest of a workload, such as the size and the sum of a dump. No secrets. */
export interface RestNote {
  readonly workload: string
  readonly quiescer: string
  readonly note: Json
}

/** What quiesce takes. */
export interface QuiesceOptions extends CallOptions {
  /** The run that asks for it: what is made for the rest is labelled so. */
  readonly runId?: string
  /** Takes down what the snapshots that are cut of this rest are to bear; counts only when the call resolves then. */
  readonly note?: (note: Json) => void
}

/**
 * Brings a workload to rest and back. Plain verbs on JSON tokens: a closure dies with its process, a token does not.
 */
export interface Quiescer {
  readonly id: string
  /**
   * Nobody comes to rest: it writes what is copied next, such as dumps, as long as that takes. It goes before everything that
   * brings somebody to rest, counts for no hold, and its findings are about what it could not write.
   */
  readonly dumps?: true
  /**
   * Reads the present state and gives the token of the way back; changes nothing.
   * Whatever `settings` say is checked here at the latest, with a clear error.
   */
  prepare(workload: string, settings: Json, options: CallOptions): Promise<Json>
  /**
   * Resolves when no further write of the workload will reach its targets. Does nothing to a workload that was at rest
   * when the token was made. When it rejects, `resume` is called with `maybe`; but when the error says `untouched`, the
   * workload is not as the token has it and nothing was done to it: then there is nothing to put back.
   */
  quiesce(token: Json, options: QuiesceOptions): Promise<void>
  /**
   * Puts the workload back as the token says it was. Idempotent: twice is once, and with nothing to undo it does
   * nothing. May run in another process. Resolves with findings when the workload is not as it was and no further call
   * would help (the container is gone for good), which makes the run partial; rejects when another call may help.
   */
  resume(token: Json, options: ResumeOptions): Promise<readonly Finding[]>
  /** How long `resume` of this token may rightly take, in milliseconds; absent: no longer than undoing usually does. */
  patienceMs?(token: Json): number
  /**
   * Whether the workload has been at rest ever since `quiesce` resolved (for a workload that was at rest before: since
   * `prepare`), asked once before it is resumed. Absent where nobody can tell.
   */
  atRest?(token: Json, options: CallOptions): Promise<RestVerdict>
  /**
   * Waits until the workload is as healthy as it was when the token was made; asked once, after `resume` resolved without
   * findings and everybody else of the group is up. Changes nothing. Resolves with nothing when it is; with findings
   * (`HEALTH.*`, each naming the workload) when it is not within the time that its settings give, or is sure never to be
   * (it has ended). One whose health nobody tells, or that was not healthy before, needs only to be up. Rejects when
   * nobody could find out. `recover` does not ask.
   */
  healthy?(token: Json, options: CallOptions): Promise<readonly Finding[]>
  /** How long `healthy` of this token may rightly take, in milliseconds; absent: five minutes. */
  healthPatienceMs?(token: Json): number
}

/** The answer of {@link Quiescer.atRest}. */
export type RestVerdict = { readonly atRest: true } | { readonly atRest: false; readonly why: string }
