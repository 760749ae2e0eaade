/** What a child process is told to do, as one JSON argument. */
export interface Wishes {
  /** The engine. */
  readonly host: string
  /** Its state directory. */
  readonly state: string
  readonly work: 'run-crane' | 'run-archive' | 'restore-new' | 'restore-in-place'
  readonly runId: string
  /** The directory of the archives. */
  readonly archives: string
  /** The volumes of a run; the one volume of a restore. */
  readonly volumes: readonly string[]
  /** Kill yourself at this point, counted from 1. */
  readonly point?: number
  /** Kill yourself at the first point of this name. */
  readonly at?: string
}
