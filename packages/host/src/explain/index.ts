export { explainLabel, LABELS } from './explain.ts'
export type { ExplainedLabel } from './explain.ts'
export type { LabelEntry } from './entry.ts'
