/** Where state is kept in a cluster. */
export interface StatePlace {
  readonly namespace: string
  /** Of the object; those of several objects begin with it. */
  readonly name: string
}

/** What is written on everything that keeps state, so that people and lists find it. */
export function stateLabels({ name }: StatePlace): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/managed-by': 'salvage-kit', [STATE_LABEL]: name }
}

/** The label that says to which state an object belongs. */
export const STATE_LABEL = 'salvage-kit.io/state'
