import type { CallOptions } from '@salvage-kit/core'
import { RESTORE } from '@salvage-kit/dump'
import type { Cluster } from '../client/cluster.ts'
import { ask } from './ask.ts'
import type { DumpPlace } from './recipe.ts'

/** What a restore takes. */
export interface RestoreDumpOptions extends CallOptions {
  /** The dump must be this one, as `Dump.sum` said; absent: whatever is there. */
  readonly sum?: string
}

/**
 * Loads the dump that lies in the container into its database; asks nobody. The dump is proven whole before anything is
 * touched, and the first error of SQL ends it.
 *
 * PostgreSQL: one transaction, so a failed one leaves the data as they were, and so does one that is killed.
 *
 * MySQL and MariaDB: the dump is loaded into a database `salvage_ID` of its own, which takes the rights and the room for it;
 * then all its tables change places with those of the same names by one `RENAME TABLE`. So whatever is killed, the tables are
 * all as before or all as in the dump. Views, triggers, routines and events do not move between databases and are made anew right
 * after it: for that moment triggers are missing, and when the container dies in it, until the next dump or restore, which makes
 * them and clears away what is left. Tables that are not in the dump stay as they are; one of them that refers to a table of the
 * dump stops the restore, and so does a transaction that does not end within 10 seconds.
 *
 * Rejects with `DUMP.NO_DUMP`, `DUMP.OTHER_DUMP`, `DUMP.NOT_WHOLE`, `DUMP.NAMES_DATABASE`, `DUMP.RESTORE_FAILED` (the data are
 * as they were), `DUMP.HALF_RESTORED` (the tables are all old or all new, and their triggers, views or routines may be missing),
 * `DUMP.NO_TOOL`, `DUMP.UNREACHABLE`, and as `runScript`.
 */
export async function restoreDump(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  options: RestoreDumpOptions,
): Promise<void> {
  await ask(cluster, place, { step: RESTORE, args: [options.sum ?? ''] }, options)
}
