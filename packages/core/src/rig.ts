import type { Backend } from './backend.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { Journal } from './journal/journal.ts'
import type { Locks } from './lock/locks.ts'
import type { Reporter } from './report/event.ts'

/** The backends, journal and reporters that one process works with. */
export interface Rig {
  readonly backends: readonly Backend[]
  readonly journal: Journal
  readonly catalog: Catalog
  readonly locks: Locks
  readonly report: Reporter
  /**
   * Absolute: where dumps are staged for cranes that read directories alone, readable by this user alone. It is the same for
   * every process that shares the journal. Absent: such cranes cannot take dumps.
   */
  readonly staging?: string
  /** The time; replaced in tests. */
  readonly now: () => Date
}
