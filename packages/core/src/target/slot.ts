import type { CallOptions } from '../call-options.ts'
import type { Finding } from '../finding.ts'

/** One of a limited number of places for work at once. Free again when it is disposed of. */
export interface Slot extends AsyncDisposable {
  /** Which one, for messages. */
  readonly name: string
  /** Aborts when somebody else has taken it, since this process was taken for dead. Absent where only its end frees it. */
  readonly lost?: AbortSignal
}

/** What taking a place takes. */
export interface SlotOptions extends CallOptions {
  /** Called once when all are taken and this waits. Must not throw. */
  readonly onWait?: (finding: Finding) => void
}
