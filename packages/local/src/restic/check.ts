import type { RestorePoint, Store } from '@salvage-kit/core'
import { failure } from './failure.ts'
import { LOCK_PATIENCE_MS, runLocking } from './locking-call.ts'
import { repositoryOf } from './restic-store.ts'

/**
 * Reads every byte of one snapshot (`restic dump` into nothing), by which restic compares each piece with its hash. Costs
 * as much as a restore of it; `restic check --read-data` would read all snapshots of all targets instead.
 */
export async function check(
  stateDirectory: string,
  point: RestorePoint,
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const repository = await repositoryOf(store)
  const what = `reading the restore point ${point.id} of ${point.target}`
  const end = await runLocking(repository, stateDirectory, {
    work: 'check',
    patienceMs: LOCK_PATIENCE_MS,
    what,
    args: ['dump', point.id, '/'],
    otherwise: 'ARCHIVE.DAMAGED',
    signal,
  })
  if (end.code !== 0) throw failure(what, end, repository, 'ARCHIVE.DAMAGED')
}
