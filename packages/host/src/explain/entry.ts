/** A label or an annotation, and what it is for. */
export interface LabelEntry {
  /** As it is written; segments in capitals (`NAME`) stand for words of the user's. */
  readonly label: string
  readonly kind: 'label of a container' | 'label of a snapshot' | 'annotation'
  /** What it stands on. */
  readonly on: string
  /** What it does there, and its values. */
  readonly says: string
  /** What holds without it, where that is not simply nothing. */
  readonly otherwise?: string
  readonly example: string
  /** The page that says more, below `docs/`. */
  readonly page: string
}
