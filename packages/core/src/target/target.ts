import type { TargetRef } from './reference.ts'
import type { Source } from './source.ts'

/** Something worth backing up: a Docker volume, a directory. */
export interface Target {
  readonly ref: TargetRef
  readonly source: Source
  /**
   * What counts as its machine, when that is not the one that looks: a claim is of its cluster. Restore points of one
   * target and one machine are one series.
   */
  readonly machine?: string
  /** The compose project, or what groups targets on this platform. */
  readonly project?: string
  /** Left out of a survey in which another target has the same directory: that one knows more of it. */
  readonly spare?: true
  /** The tides whose labels cover this target. */
  readonly tides: readonly string[]
  /** By tide: the name of the crane that lifts this target instead of the tide's own, as labels say. */
  readonly stores?: { readonly [tide: string]: string }
}
