import type { RestorePoint } from '../crane/restore-point.ts'
import type { RunKind, RunReport } from '../report/report.ts'
import type { Reference, TargetRef } from '../target/reference.ts'

/** A run as the catalog remembers it. */
export interface RunRecord {
  readonly runId: string
  readonly kind: RunKind
  readonly tide?: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  /** Absent while it runs, and for a run whose process died. */
  readonly report?: RunReport
}

/** How far a tide has come in its schedule. */
export interface TideMark {
  readonly tide: string
  /** The newest time of the schedule that is seen to, or from when on the tide is known: ISO 8601 in UTC. */
  readonly nominal: string
  /** How often a run for that time was begun; 0 when none was due yet. */
  readonly begun: number
  /** Whether one of them came to its end, however that was. */
  readonly ended: boolean
}

/** Which runs are asked for. */
export interface RunFilter {
  readonly tide?: string
  readonly kind?: RunKind
}

/** Which points are asked for. */
export interface PointFilter {
  readonly targets?: readonly TargetRef[]
  readonly store?: Reference
}

/** What this machine remembers of its runs and of the points they made. The stores themselves are the truth. */
export interface Catalog {
  /** Rejects with `PLAN.USED` when the run id is known already. */
  startRun(run: RunRecord): Promise<void>
  /**
   * Also ends the sparing of what a run has copied. A transfer that failed just as the one before it takes that one's place,
   * and of transfers the newest 1000 are kept: a schedule tries again every minute.
   */
  finishRun(report: RunReport): Promise<void>
  /** Nothing of these targets is to be pruned until the report of a run says that they were copied. */
  spare(targets: readonly TargetRef[]): Promise<void>
  /** The targets whose last run failed, left them out, died, or goes on. */
  spared(): Promise<ReadonlySet<TargetRef>>
  /** Newest first; all, or those of one tide, or of one kind. */
  runs(limit: number, filter?: RunFilter): Promise<readonly RunRecord[]>
  /** Of every tide that was ever marked. */
  marks(): Promise<readonly TideMark[]>
  /** Replaces the mark of that tide. */
  mark(mark: TideMark): Promise<void>
  addPoint(point: RestorePoint): Promise<void>
  removePoints(points: readonly RestorePoint[]): Promise<void>
  /** Newest last. */
  points(filter: PointFilter): Promise<readonly RestorePoint[]>
}
