/** How many of the newest of each tier are kept, of each claim. They are counted as snapshots, not as days. */
export interface RetentionRules {
  readonly daily: number
  readonly weekly: number
  readonly monthly: number
}

/** What backup-ns keeps when nothing else is said. */
export const DEFAULT_RULES: RetentionRules = { daily: 7, weekly: 4, monthly: 12 }
