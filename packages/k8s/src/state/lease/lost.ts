import { SalvageError } from '@salvage-kit/core'

/** What this process held is held by nobody or by somebody else, who has taken this process for dead. */
export function lostLease(what: string): SalvageError {
  return new SalvageError('LOCK.LOST', `${what} is no longer held by this process`, {
    why: 'it could not be renewed in time, so others take this process for dead and put back what it changed',
    hint: 'nothing more is done here; look at the run that took over, and at the way from here to the API server',
  })
}

/** Nobody could be asked whether it is still held. */
export function unsureLease(what: string, cause: unknown): SalvageError {
  return new SalvageError('LOCK.UNSURE', `nobody knows whether ${what} is still held by this process`, {
    why: 'the API server does not answer, and others may take this process for dead meanwhile',
    hint: 'nothing is done until it answers',
    retryable: true,
    untouched: true,
    cause,
  })
}

/** The run is held by nobody here. */
export function lostRun(runId: string): SalvageError {
  return new SalvageError('LOCK.LOST', `run ${runId} is not held by this process`, {
    why: 'its lock was let go, or never taken',
    untouched: true,
  })
}

/** It took too long to tell the dead from the living. */
export function unsureHolder(where: string): SalvageError {
  return new SalvageError('LOCK.UNSURE', `nobody knows whether those live that hold keys in ${where}`, {
    why: 'the API server does not answer, or not for long enough to see whether their leases are renewed',
    hint: 'try again when it answers',
    retryable: true,
    untouched: true,
  })
}
