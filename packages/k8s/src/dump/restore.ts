import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { ask } from './ask.ts'
import type { DumpPlace } from './recipe.ts'
import { RESTORE } from './script/step.ts'

/** What a restore takes. */
export interface RestoreDumpOptions extends CallOptions {
  /** The dump must be this one, as `Dump.sum` said; absent: whatever is there. */
  readonly sum?: string
}

/**
 * Loads the dump that lies in the container into its database; asks nobody. The dump is proven whole before anything is
 * touched, and the first error of SQL ends it.
 *
 * PostgreSQL: one transaction, so a failed one leaves the data as they were. MySQL and MariaDB: it is loaded into a database of
 * its own first, which takes the rights and the room for it; then what is there is dumped, and loaded again when the restore
 * fails. When it is killed in the middle of that, what was there is in the file `DUMP.before-ID`.
 *
 * Rejects with `DUMP.NO_DUMP`, `DUMP.OTHER_DUMP`, `DUMP.NOT_WHOLE`, `DUMP.NAMES_DATABASE`, `DUMP.RESTORE_FAILED` (the data are
 * as they were), `DUMP.HALF_RESTORED` (they are not), `DUMP.NO_TOOL`, `DUMP.UNREACHABLE`, and as `runScript`.
 */
export async function restoreDump(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  options: RestoreDumpOptions,
): Promise<void> {
  await ask(cluster, place, { step: RESTORE, args: [options.sum ?? ''] }, options)
}
