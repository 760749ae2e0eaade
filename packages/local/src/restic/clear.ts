import type { LiftRef } from '@salvage-kit/core'
import { endMarked } from '../process/end-processes.ts'
import { deadClaims, markOf } from './claim.ts'
import { repositoryOf } from './restic-store.ts'
import { RESTIC_GRACE_MS } from './run-restic.ts'
import { removeOwnLocks } from './stale-locks.ts'

/** Ends what still runs of a lift, and removes the locks that it left in the repository. */
export async function clear(stateDirectory: string, ref: LiftRef, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await endMarked(markOf(ref.id), { first: 'SIGINT', graceMs: RESTIC_GRACE_MS })
  const dead = await deadClaims(stateDirectory, ref.id)
  if (dead.length > 0) await removeOwnLocks(await repositoryOf(ref.store), dead, signal)
}
