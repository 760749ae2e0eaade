/** What is written on Jobs and their pods. The first four are labels, the others annotations. */
export const JOB = {
  /** Of which lift, or which task outside of a run: see `labelValue`. What clears a lift up finds all Jobs by it. */
  lift: 'salvage-kit.io/lift',
  /** `lift`, `lower`, `list`, `check`, `forget`. */
  action: 'salvage-kit.io/crane-action',
  /** Which claim is filled: see `labelValue`. */
  fills: 'salvage-kit.io/fills',
  /** The name of the Job, on its pods. */
  job: 'salvage-kit.io/job',
  /** When it is over its time, ISO 8601. */
  until: 'salvage-kit.io/until',
  /** The contents of files that a crane finds, on its pod. */
  meta: 'salvage-kit.io/meta-json',
  forget: 'salvage-kit.io/forget-list',
} as const

/** The role of these Jobs and pods, beside those of cuts. */
export const CRANE_ROLE = 'crane'
