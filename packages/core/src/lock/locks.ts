/**
 * Keeps two runs off the same targets and workloads, across processes. A lock ends with its process, however that ends:
 * the kernel holds it.
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
}
