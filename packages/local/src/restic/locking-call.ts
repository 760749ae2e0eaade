import { setTimeout } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import { deadClaims, dropClaim, newClaim } from './claim.ts'
import { failure, RESTIC_PARTIAL } from './failure.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import type { ResticCall, ResticEnd } from './run-restic.ts'
import { removeOwnLocks } from './stale-locks.ts'

/** What one process of restic reads from its standard input. Disposing ends whoever makes it. */
export interface ResticInput extends AsyncDisposable {
  /** What restic is told of it. */
  readonly args: readonly string[]
  readonly feed: NonNullable<ResticCall['feed']>
}

/** A call of restic that takes a lock in the repository. */
export interface LockingCall extends Omit<ResticCall, 'claim' | 'feed'> {
  /** What restic reads; opened anew for every try. */
  readonly input?: () => Promise<ResticInput>
  /** What it is for: the id of a lift, or a word such as `forget`. */
  readonly work: string
  /** For people, in errors: `lifting dir:/srv/app`. */
  readonly what: string
  /** The code of a failure that is none of the known ones. */
  readonly otherwise?: string
  /** How long the lock of somebody who lives is waited for, in milliseconds; absent: not at all. */
  readonly patienceMs?: number
}

/**
 * How long a lift, a restore or a check waits for another's lock, in milliseconds. They share the repository with each
 * other; only who forgets or prunes shuts them out, and forgetting, as at the end of every warm lift, takes seconds.
 */
export const LOCK_PATIENCE_MS = 120_000
const AGAIN_MS = 1000
/** Between tries that each begin what restic reads: a dump works a database. */
const LONGEST_PAUSE_MS = 30_000

/**
 * Runs restic with a claim, so that the lock of a process that is killed can be found. Where the repository is locked
 * by a dead process of ours, removes that lock and tries again; where the owner lives, tries until the patience is over, ever
 * more seldom where each try begins an input anew.
 * Resolves for exit codes 0 and 3 (restic has done what it could, and says what not), rejects for every other.
 */
export async function runLocking(
  repository: Repository,
  stateDirectory: string,
  call: LockingCall,
): Promise<ResticEnd> {
  const until = performance.now() + (call.patienceMs ?? 0)
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(repository, stateDirectory, call)
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'STORE.LOCKED') throw error
      const removed = tries === 1 && (await removeOwnLocks(repository, await deadClaims(stateDirectory), call.signal))
      if (removed) continue
      if (performance.now() >= until) throw error
      await setTimeout(pauseMs(call, tries), undefined, { signal: call.signal })
    }
  }
}

function pauseMs({ input }: LockingCall, tries: number): number {
  return input === undefined ? AGAIN_MS : Math.min(AGAIN_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
}

async function once(repository: Repository, stateDirectory: string, call: LockingCall): Promise<ResticEnd> {
  await using input = await call.input?.()
  const claim = await newClaim(stateDirectory, call.work, repository)
  const end = await runRestic(repository, {
    ...call,
    claim,
    args: [...call.args, ...(input?.args ?? [])],
    ...(input === undefined ? {} : { feed: input.feed }),
  })
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
