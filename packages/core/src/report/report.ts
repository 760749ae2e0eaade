import type { RestorePoint } from '../crane/restore-point.ts'
import type { Finding } from '../finding.ts'
import type { HoldWay } from '../plan/hold-way.ts'
import type { Reference, TargetRef } from '../target/reference.ts'

/** The version of the report format. */
export const REPORT_VERSION = 1

/** What is remembered: runs and restores, and of the verbs of a backend's own those that carry data between machines. */
export type RunKind = 'run' | 'restore' | 'send' | 'sync'

/** How a run, a group or a target ended. */
export type Outcome = 'good' | 'partial' | 'failed'

/** What a run did. Plain, versioned JSON. */
export interface RunReport {
  readonly version: typeof REPORT_VERSION
  readonly runId: string
  readonly kind: RunKind
  readonly tide?: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly endedAt: string
  readonly outcome: Outcome
  readonly aborted: boolean
  /** Why the run was not begun, and nothing touched; then there are no groups. */
  readonly refused?: Finding
  readonly groups: readonly GroupReport[]
  readonly skipped: readonly { readonly target: TargetRef; readonly finding: Finding }[]
  /** What could not be put back and stays in the journal: `recover` takes it up. */
  readonly stuck: readonly StuckEntry[]
  readonly warnings: readonly Finding[]
}

/** What became of one group. */
export interface GroupReport {
  readonly id: string
  readonly targets: readonly TargetReport[]
  /** From before the first workload was touched until the last was up again, in milliseconds; absent without workloads. */
  readonly holdMs?: number
  /** What the plan said it would be. */
  readonly predictedHoldMs?: number
  /** What the hold waited for; absent when nobody was to be brought to rest. A warm copy that failed makes it `copy`. */
  readonly way?: HoldWay
  /** Ids of the workloads that the plan brings to rest. */
  readonly workloads?: readonly string[]
  /** Why the copies of this group do not count although they were made. */
  readonly tainted?: string
  /**
   * What of its workloads is not as it was and cannot be put back by `recover`: the run is partial at best. With a code of
   * the area `HEALTH` a workload that rose is not well: the run failed, although its copies may be good.
   */
  readonly findings?: readonly Finding[]
}

/** What became of one target. */
export interface TargetReport {
  readonly target: TargetRef
  readonly outcome: Outcome
  /** The archive; else the snapshot that was kept. */
  readonly point?: RestorePoint
  /** The snapshot that was kept, whether there is an archive of it or not. */
  readonly kept?: RestorePoint
  /** Stores that were to get a copy of it and got none, although another one did: nothing of it is pruned meanwhile. */
  readonly missing?: readonly Reference[]
  readonly liftMs?: number
  /** Of a send or a synchronization. */
  readonly transfer?: Transfer
  readonly findings: readonly Finding[]
}

/** What went to or came from another machine. */
export interface Transfer {
  readonly host: string
  /** Of what went over; absent when nobody counted. */
  readonly bytes?: number
  /** What only the difference to was sent. */
  readonly parent?: string
  /** It stood there before: nothing went over. */
  readonly already?: true
}

/** One journal entry that could not be undone. */
export interface StuckEntry {
  /** For people: `workload docker:web`, `lift …`. */
  readonly what: string
  readonly runId: string
  readonly attempts: number
  readonly failure: Finding
}
