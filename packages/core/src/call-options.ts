/** What every backend verb takes: work begins with `signal.throwIfAborted()` and stops soon after the signal. */
export interface CallOptions {
  readonly signal: AbortSignal
}
