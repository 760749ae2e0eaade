import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { processAt } from '../process/process-table.ts'
import { dropClaim } from './claim.ts'
import type { FoundClaim } from './claim.ts'
import { failure } from './failure.ts'
import { messageIn } from './message-line.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import { lock } from './schema.ts'
import type { Lock } from './schema.ts'

/** After this time restic takes the lock of any machine for stale: a living process renews its own every five minutes. */
const RESTIC_STALE_MS = 30 * 60 * 1000
const CLOCK_MS = 2_000
const GONE = /no such file|does not exist|not found|404/

type NamedLock = Lock & { readonly id: string }

/**
 * Removes the locks that dead processes of ours have left in a repository, and no others; forgets their claims. True
 * when it removed any.
 *
 * In a repository of this machine the lock's own file goes. Elsewhere only `restic unlock` can do it, which judges by
 * rules of its own (a pid that is not seen here may live in another container of the same host name). It is called when
 * it would take nothing but ours; otherwise, and where it takes the dead for living, ours stay with their claims for the
 * next time. A lock that stays does not hinder a lift.
 */
export async function removeOwnLocks(
  repository: Repository,
  dead: readonly FoundClaim[],
  signal: AbortSignal,
): Promise<boolean> {
  const claims = dead.filter((claim) => claim.store === repository.ref)
  if (claims.length === 0) return false
  const locks = await allLocks(repository, signal)
  const ours = locks.filter((candidate) => claims.some((claim) => isOf(candidate, claim)))
  const removed = ours.length === 0 || (await remove(repository, ours, locks, signal))
  if (removed) for (const claim of claims) await dropClaim(claim)
  return removed && ours.length > 0
}

/** Whether a lock is that of a claim's process, which is dead. */
function isOf(candidate: Lock, claim: FoundClaim): boolean {
  return (
    candidate.hostname === claim.host &&
    candidate.pid === claim.process.pid &&
    Date.parse(candidate.time) >= Date.parse(claim.at) - CLOCK_MS
  )
}

async function remove(
  repository: Repository,
  ours: readonly NamedLock[],
  all: readonly NamedLock[],
  signal: AbortSignal,
): Promise<boolean> {
  const { folder } = repository
  if (folder !== undefined) {
    for (const { id } of ours) await rm(join(folder, 'locks', id), { force: true })
    return true
  }
  for (const candidate of all) if (!ours.includes(candidate) && (await wouldUnlock(candidate))) return false
  const end = await runRestic(repository, { args: ['unlock'], signal })
  if (end.code !== 0) throw failure(`unlocking ${repository.ref}`, end, repository)
  // It spares the lock of a process whose end nobody has noticed yet.
  const left = new Set(await lockIds(repository, signal))
  return !ours.some(({ id }) => left.has(id))
}

async function wouldUnlock(candidate: Lock): Promise<boolean> {
  if (Date.now() - Date.parse(candidate.time) > RESTIC_STALE_MS) return true
  return candidate.hostname === hostname() && (await processAt(candidate.pid)) === undefined
}

async function allLocks(repository: Repository, signal: AbortSignal): Promise<readonly NamedLock[]> {
  const locks: NamedLock[] = []
  for (const id of await lockIds(repository, signal)) {
    const found = await readLock(repository, id, signal)
    if (found !== undefined) locks.push({ ...found, id })
  }
  return locks
}

/** Empty when there is no repository any more. */
async function lockIds(repository: Repository, signal: AbortSignal): Promise<readonly string[]> {
  const ids: string[] = []
  const end = await runRestic(repository, {
    args: ['list', 'locks', '--no-lock'],
    onLine: (line) => void (/^[0-9a-f]{64}$/.test(line) && ids.push(line)),
    signal,
  })
  if (end.code === 0) return ids
  const error = failure(`listing the locks of ${repository.ref}`, end, repository)
  if (error.code === 'STORE.NOT_FOUND') return []
  throw error
}

/** Undefined for a lock that went in the meantime. */
async function readLock(repository: Repository, id: string, signal: AbortSignal): Promise<Lock | undefined> {
  const lines: string[] = []
  const end = await runRestic(repository, {
    args: ['cat', 'lock', id, '--no-lock'],
    onLine: (line) => void lines.push(line),
    signal,
  })
  if (end.code !== 0 && !GONE.test(end.errors)) throw failure(`reading a lock of ${repository.ref}`, end, repository)
  return messageIn(lines.join('\n'), lock)
}
