/**
 * Keeps two runs off the same targets and workloads, across processes. A lock ends with its process, however that ends: on
 * one machine the kernel holds it; across machines it is renewed, and others wait until it has not been for a while.
 */
export interface Locks {
  /**
   * Takes every key for the run, or none. Rejects with `LOCK.BUSY` (what is held, by which run and process) when a
   * living run holds one of them. Keys of dead runs are taken over.
   */
  acquire(runId: string, keys: readonly string[]): Promise<RunLock>
  /** Takes over a dead run, so that its journal can be worked off; undefined while its process lives or another recovers it. */
  adopt(runId: string): Promise<RunLock | undefined>
}

/** Held until disposed. */
export interface RunLock extends AsyncDisposable {
  readonly runId: string
  /**
   * Aborts when the lock was lost while it was held: others have taken this process for dead, so the run must not go on.
   * Absent where only the end of the process ends a lock.
   */
  readonly lost?: AbortSignal
}
