/** What a crane image can be asked to do. */
export type Action = (typeof ACTIONS)[number]

/** All of them. */
export const ACTIONS = ['lift', 'lower', 'list', 'check', 'forget'] as const

/** What an image does. A cluster does not tell of the labels of an image, so the configuration repeats them. */
export interface Contract {
  readonly version: 1 | 2
  readonly actions: ReadonlySet<Action>
  readonly deduplicates: boolean
}

/** Whether archives can be brought back and removed; checking them is a thing of its own. */
export function hasArchives({ actions }: Contract): boolean {
  return actions.has('lower') && actions.has('list') && actions.has('forget')
}
