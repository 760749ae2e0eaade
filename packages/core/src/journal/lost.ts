import { SalvageError } from '../error.ts'

/**
 * Entries whose effect has just happened are not in the journal: the way back would be known to nobody but this
 * process, so it must not go on.
 */
export function lost(where: string, ids: readonly number[]): SalvageError {
  return new SalvageError('JOURNAL.LOST', `entries ${ids.join(', ')} are no longer in ${where}`, {
    why: 'another process has worked them off, or the file was replaced, while this run went on',
    hint: 'run no two recoveries by hand, and leave the state directory alone during a run',
  })
}
