/** How a crane ended. */
export interface CraneEnd {
  readonly exitCode: number
  /** The platform said that the kernel ended a process of it for want of memory. */
  readonly outOfMemory: boolean
  /** Somebody or something else ended it, and how: a sentence. Whatever its exit code, its work does not count. */
  readonly endedBy?: string
  /** The last lines that it printed, without secrets. */
  readonly lastLines: readonly string[]
}

/** What to do about a failure of a crane, in the words of its platform. */
export interface CraneHints {
  readonly credentials: string
  readonly network: string
  /** It says that it cannot do what it was believed to do. */
  readonly actions: string
  readonly settings: string
  readonly memory: string
  /** Somebody else ended it. */
  readonly ended: string
}
