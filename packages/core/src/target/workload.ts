import type { Finding } from '../finding.ts'
import type { Json } from '../json.ts'
import type { TargetRef } from './reference.ts'

/** One way in which a workload is brought to rest. */
export interface QuiesceChoice {
  /** The id of a quiescer of the same backend. */
  readonly quiescer: string
  /** What that quiescer needs to know besides the workload; checked by the backend that made it. */
  readonly settings: Json
}

/** Something that writes to targets and can be brought to rest: a container, a set of command hooks. */
export interface Workload {
  /**
   * Stable across a re-creation of the same service: `docker:PROJECT/SERVICE/NUMBER` for compose, `docker:NAME` else.
   * Unique over all backends.
   */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly state: 'running' | 'paused' | 'stopped'
  readonly project?: string
  /** The targets that it can write to, or that it holds open. */
  readonly uses: readonly TargetRef[]
  /**
   * Directories and files of this machine, by their real paths, that it can write to: `survey` adds the targets of other
   * platforms that stand there to `uses`.
   */
  readonly writes?: readonly string[]
  /** Ids of workloads that must be up before this one. */
  readonly dependsOn: readonly string[]
  /**
   * Ids of workloads whose end takes from this one what only its own restart brings back: a container in the network of
   * another. It is brought down before one of them is, whether it uses a target or not.
   */
  readonly livesIn?: readonly string[]
  /** In order; undone in reverse. Empty: it stays up, because it was told to (`left` says why). */
  readonly quiesce: readonly QuiesceChoice[]
  /**
   * How it is brought down so far that it holds no file of its targets open, for a restore in place. Absent: it cannot
   * be, and such a restore is refused while it runs.
   */
  readonly down?: QuiesceChoice
  /** Why it is left running although it uses targets: `salvage.action=ignore`, or it is this very process. */
  readonly left?: string
  /** Why it cannot be brought to rest at all; its group is skipped for this reason. */
  readonly refused?: Finding
}
