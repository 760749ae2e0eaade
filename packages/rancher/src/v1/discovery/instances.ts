import type { Database, DatabaseInstance } from './databases.ts'

/** Which containers of a database are dumped. */
export type InstanceChoice = 'all' | 'first'

/** One dump to be made. */
export interface ChosenInstance {
  readonly instance: DatabaseInstance
  /** Below the folder of the service; absent for the only dump of it. */
  readonly folder?: string
}

/** The oldest that runs, as it always was; or each, in a folder of its own. */
export function chosenInstances({ instances }: Database, choice: InstanceChoice): readonly ChosenInstance[] {
  if (choice === 'all') return instances.map((instance) => ({ instance, folder: instance.name || instance.id }))
  const [instance] = instances
  return instance === undefined ? [] : [{ instance }]
}
