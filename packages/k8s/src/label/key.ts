/** Whether a label or annotation is one of backup-ns, or of our own: none of others is ever copied. */
export function isMark(key: string): boolean {
  return key.startsWith('backup-ns.sh/') || key.startsWith('salvage-kit.io/')
}

/** The labels of backup-ns, to the letter. */
export const KEY = {
  /** Which claim was cut; see `labelValue` for names that are too long for a label. */
  pvc: 'backup-ns.sh/pvc',
  /** By convention `adhoc` or `cronjob`. */
  type: 'backup-ns.sh/type',
  pod: 'backup-ns.sh/pod',
  /** `days` or `daily_weekly_monthly`. Without it no pruner touches the snapshot. */
  retain: 'backup-ns.sh/retain',
  retainDays: 'backup-ns.sh/retain-days',
  /** Removed on the first day after this one. */
  deleteAfter: 'backup-ns.sh/delete-after',
  daily: 'backup-ns.sh/daily',
  weekly: 'backup-ns.sh/weekly',
  monthly: 'backup-ns.sh/monthly',
  /** An annotation. */
  envConfig: 'backup-ns.sh/env-config',
} as const

/** Our own keys. All are labels, but `pvc`. */
export const OWN = {
  /** The whole name of the claim where the label holds a hash; an annotation. */
  pvc: 'salvage-kit.io/pvc',
  /** How it is to be retained once it is ready: backup-ns's own label is written then, with the tiers. */
  retain: 'salvage-kit.io/retain',
  /** The day on which the run began: its tiers are those of this day. */
  tierDay: 'salvage-kit.io/tier-day',
  /** A tier that it got although another one has it, so that no pruner of backup-ns takes it for a dropped one. */
  extra: 'salvage-kit.io/extra',
  /** Stays whatever the rules say, while this label stands, whatever its value. */
  hold: 'salvage-kit.io/hold',
  /** The `delete-after` that was taken away while the snapshot had to stay. */
  deleteAfter: 'salvage-kit.io/delete-after',
  /** Tiers that were taken away while the snapshot was not ready. */
  daily: 'salvage-kit.io/daily',
  weekly: 'salvage-kit.io/weekly',
  monthly: 'salvage-kit.io/monthly',
  /** On contents: what their deletionPolicy was before it became `Delete`. */
  policyWas: 'salvage-kit.io/deletion-policy-was',
  /** On contents: which one they were rebound from. */
  reboundFrom: 'salvage-kit.io/rebound-from',
} as const

/** What `retain` says of a snapshot that takes part in tiers. */
export const BY_TIERS = 'daily_weekly_monthly'

/** What `retain` says of a snapshot that goes after some days. */
export const BY_DAYS = 'days'
