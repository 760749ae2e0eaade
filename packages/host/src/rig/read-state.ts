import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  findingOf,
  isSalvageError,
  memoryCatalog,
  memoryJournal,
  memoryLocks,
  readOnlyLocks,
  sqliteCatalog,
  sqliteJournal,
} from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { openState } from './state.ts'
import type { State } from './state.ts'

/**
 * Opens the state for who only looks. Makes no directory: where there is none, nothing has happened yet. What cannot be written
 * is read as it stands. Throws what journal and catalog throw when they cannot be read.
 */
export function readState(directory: string): State {
  if (!isThere(directory)) return emptyState(directory)
  if (isWritable(directory)) return openState(directory)
  const journalPath = join(directory, 'journal.sqlite')
  const catalogPath = join(directory, 'catalog.sqlite')
  using opened = new DisposableStack()
  const journal = isThere(journalPath) ? opened.use(sqliteJournal(journalPath, { readOnly: true })) : memoryJournal()
  const catalog = isThere(catalogPath) ? opened.use(sqliteCatalog(catalogPath, { readOnly: true })) : memoryCatalog()
  const locks = readOnlyLocks(join(directory, 'locks'))
  const kept = opened.move()
  return { directory, journal, catalog, locks, [Symbol.dispose]: () => kept.dispose() }
}

/** The same for who can do without: a state that cannot be read is as good as none, and the finding says so. */
export function readStateIfPossible(directory: string): { readonly state: State; readonly finding?: Finding } {
  try {
    return { state: readState(directory) }
  } catch (error) {
    if (!isSalvageError(error) || !isDenied(directory)) throw error
    const finding = findingOf(error)
    const message = `what earlier runs did and left is not known: ${finding.message}`
    return { state: emptyState(directory), finding: { ...finding, message } }
  }
}

function emptyState(directory: string): State {
  const [journal, catalog, locks] = [memoryJournal(), memoryCatalog(), memoryLocks()]
  return { directory, journal, catalog, locks, [Symbol.dispose]: () => undefined }
}

/** What may not be looked at is there: whoever opens it is told why it cannot be read. */
function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}

/** The directory and what of these files is there. As the kernel sees it, so that a read-only file system counts too. */
export function isWritable(directory: string): boolean {
  const names = ['journal.sqlite', 'catalog.sqlite', 'locks']
  const paths = names.map((name) => join(directory, name)).filter(isThere)
  return [directory, ...paths].every((path) => may(path, constants.R_OK | constants.W_OK))
}

/** Whether it is a matter of rights, and not of a damaged file. */
function isDenied(directory: string): boolean {
  const names = ['', 'journal.sqlite', 'catalog.sqlite']
  return names.some((name) => isThere(join(directory, name)) && !may(join(directory, name), constants.R_OK))
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
