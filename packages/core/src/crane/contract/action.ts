/** What a crane image can be asked to do. */
export type CraneAction = (typeof CRANE_ACTIONS)[number]

/** All of them. */
export const CRANE_ACTIONS = ['lift', 'lower', 'list', 'check', 'forget'] as const

/** What a crane image does. One of version 1 only lifts, and has no way back. */
export interface CraneContract {
  readonly version: 1 | 2
  readonly actions: ReadonlySet<CraneAction>
  readonly deduplicates: boolean
}

/** Whether archives can be brought back and removed; checking them is a thing of its own. */
export function hasArchives({ actions }: CraneContract): boolean {
  return actions.has('lower') && actions.has('list') && actions.has('forget')
}
