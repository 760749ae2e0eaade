import { SalvageError } from '@salvage-kit/core'

/** `RESTORE.UNREADABLE`: a claim takes content only from snapshots of its own namespace. */
export function otherNamespace(snapshot: string, claim: string): SalvageError {
  return new SalvageError('RESTORE.UNREADABLE', `the snapshot ${snapshot} cannot become ${claim}`, {
    why: 'a claim takes content only from snapshots of its own namespace',
    hint: 'restore from an archive: a crane Job fills a claim of any namespace. Or restore into a new claim beside the snapshot, lift that (`run --to STORE`), and restore the archive',
    untouched: true,
  })
}
