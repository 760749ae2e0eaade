/** What a sweep looks at. */
export interface SweepSettings {
  readonly namespaces: readonly string[]
  /** Whether a run lives, or a journal still tells of it: then what it made stays. By the value of its label. */
  readonly isKnown: (runId: string) => Promise<boolean>
  readonly now: Date
  /** What is younger stays, in milliseconds. Default: one hour; clocks differ. */
  readonly olderThanMs?: number
  /** How long each removal may wait for others, in milliseconds. Default: one minute. */
  readonly goneMs?: number
}

/** What {@link SweepSettings} say by default. */
export const HOUR_MS: number = 3_600_000
