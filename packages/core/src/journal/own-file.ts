import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../sqlite/transaction.ts'

/**
 * Tells a journal from a copy of one: a backup of the disk that it is on holds it too, in the middle of the very run that
 * made the backup. What such a copy says of archives and places is of the past, and marked so: those that it would remove
 * may be the ones that it was restored from.
 */
export function markCopied(database: DatabaseSync, path: string): void {
  const own = identityOf(path)
  if (knownIdentity(database) === own) return
  transaction(database, () => {
    const known = knownIdentity(database)
    if (known === own) return
    if (known !== undefined) database.exec('UPDATE entry SET copied = 1; DELETE FROM identity')
    database.prepare('INSERT INTO identity (file) VALUES (?)').run(own)
  })
}

function knownIdentity(database: DatabaseSync): unknown {
  return database.prepare('SELECT file FROM identity').get()?.['file']
}

/** Not the device: its number may be another one after a restart. The time is 0 where the file system has none. */
function identityOf(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true })
  return `${String(ino)} ${String(birthtimeNs)}`
}
