import type { CallOptions } from '../call-options.ts'
import type { Finding } from '../finding.ts'
import type { TargetRef } from './reference.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'
import type { Workload } from './workload.ts'

/** What a platform holds at one moment. Plain data. */
export interface Survey {
  readonly targets: readonly Target[]
  readonly workloads: readonly Workload[]
  /** What was asked for by labels and cannot be had: an item of a tide that names no volume, an unknown label key. */
  readonly problems: readonly Problem[]
}

/**
 * A finding of a survey. With `tide` it makes every run of that tide at best partial; with `target` it says why that
 * target cannot be had; without either it is a warning.
 */
export interface Problem extends Finding {
  readonly tide?: string
  readonly target?: TargetRef
  /** What a warning may be the reason of, should somebody ask why there is no such target. */
  readonly about?: TargetRef
}

/** Something that happened to a workload. */
export interface WorkloadEvent {
  /** `rising` is anything that may write again: started, unpaused, restarted. `falling`: stopped, paused, died. */
  readonly type: 'rising' | 'falling'
  /** The platform's own word for it, such as `unpause`. */
  readonly what: string
  readonly workload: string
  /** The targets that it uses; says which group a workload unknown to the plan belongs to. */
  readonly uses: readonly TargetRef[]
  /** As of a workload. */
  readonly writes?: readonly string[]
  readonly at: string
}

/** Finds targets and workloads. */
export interface Discovery {
  /** Reads and changes nothing. */
  survey(options: CallOptions): Promise<Survey>
  /**
   * Events from the call on, until the signal: the first `next()` resolves no earlier than the subscription stands, so
   * implementations yield `ready` first. It ends or throws when events may have been missed.
   */
  watch?(options: CallOptions): AsyncIterable<WorkloadEvent | 'ready'>
  /**
   * Rejects when what stands under a source's name by now is not what was surveyed: it was removed, or made anew. Does
   * nothing for a source of another platform. Asked just before and just after each copy of a live source.
   */
  confirm?(source: Source, options: CallOptions): Promise<void>
}
