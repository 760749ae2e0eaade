import { join } from 'node:path'
import { errorText, SalvageError, sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Catalog, Journal, Locks } from '@salvage-kit/core'
import { makeDirectory } from './make-directory.ts'

/** What this machine remembers between runs. */
export interface State extends Disposable {
  readonly directory: string
  readonly journal: Journal
  readonly locks: Locks
  readonly catalog: Catalog
}

/**
 * Opens journal, locks and catalog in a directory, which is made for its owner alone when it is not there. Throws
 * `PREFLIGHT.STATE`, and what journal and catalog throw when they cannot be read.
 */
export function openState(directory: string): State {
  try {
    makeDirectory(directory)
  } catch (error) {
    throw new SalvageError('PREFLIGHT.STATE', `the state directory ${directory} cannot be made`, {
      why: errorText(error),
      hint: 'name another one with --state DIR or SALVAGE_STATE',
      cause: error,
    })
  }
  using opened = new DisposableStack()
  const journal = opened.use(sqliteJournal(join(directory, 'journal.sqlite')))
  const catalog = opened.use(sqliteCatalog(join(directory, 'catalog.sqlite')))
  const locks = sqliteLocks(join(directory, 'locks'))
  const kept = opened.move()
  return { directory, journal, catalog, locks, [Symbol.dispose]: () => kept.dispose() }
}
