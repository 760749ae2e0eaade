import { isSalvageError } from '@salvage-kit/core'
import { deadClaims, dropClaim, newClaim } from './claim.ts'
import { failure, RESTIC_PARTIAL } from './failure.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import type { ResticCall, ResticEnd } from './run-restic.ts'
import { removeOwnLocks } from './stale-locks.ts'

/** A call of restic that takes a lock in the repository. */
export interface LockingCall extends Omit<ResticCall, 'claim'> {
  /** What it is for: the id of a lift, or a word such as `forget`. */
  readonly work: string
  /** For people, in errors: `lifting dir:/srv/app`. */
  readonly what: string
  /** The code of a failure that is none of the known ones. */
  readonly otherwise?: string
}

/**
 * Runs restic with a claim, so that the lock of a process that is killed can be found. Where the repository is locked
 * by a dead process of ours, removes that lock and tries once more. Resolves for exit codes 0 and 3 (restic has done
 * what it could, and says what not), rejects for every other.
 */
export async function runLocking(
  repository: Repository,
  stateDirectory: string,
  call: LockingCall,
): Promise<ResticEnd> {
  try {
    return await once(repository, stateDirectory, call)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'STORE.LOCKED') throw error
    if (!(await removeOwnLocks(repository, await deadClaims(stateDirectory), call.signal))) throw error
    return once(repository, stateDirectory, call)
  }
}

async function once(repository: Repository, stateDirectory: string, call: LockingCall): Promise<ResticEnd> {
  const claim = await newClaim(stateDirectory, call.work, repository)
  const end = await runRestic(repository, { ...call, claim })
  const done = end.code === 0 || end.code === RESTIC_PARTIAL
  if (done) {
    await dropClaim(claim)
    return end
  }
  const error = failure(call.what, end, repository, call.otherwise)
  // It never came to lock anything.
  if (BEFORE_LOCK.has(error.code)) await dropClaim(claim)
  throw error
}

const BEFORE_LOCK = new Set(['STORE.LOCKED', 'STORE.NOT_FOUND', 'STORE.WRONG_PASSWORD', 'STORE.NO_PASSWORD'])
