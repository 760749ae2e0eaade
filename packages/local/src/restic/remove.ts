import type { LiftRef, RestorePoint, Store } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import { runLocking } from './locking-call.ts'
import { repositoryOf } from './restic-store.ts'
import type { Repository } from './restic-store.ts'
import { snapshotsOfLift } from './snapshots.ts'

/** Their ids take a sixth of what Linux allows as arguments. */
const AT_ONCE = 5000

/** Forgets snapshots, then prunes once: until then their data stays, and pruning costs the same for one as for many. */
export async function removePoints(
  stateDirectory: string,
  points: readonly RestorePoint[],
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const repository = await repositoryOf(store)
  await forget(
    repository,
    stateDirectory,
    points.map((point) => point.id),
    { prune: true, signal },
  )
}

/** Forgets the snapshot of a lift. Its data goes with the next prune: a run that fails must not take that long. */
export async function withdraw(stateDirectory: string, ref: LiftRef, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const repository = await repositoryOf(ref.store)
  const found = await snapshotsOfLift(repository, ref, signal)
  await forget(
    repository,
    stateDirectory,
    found.map((snapshot) => snapshot.id),
    { prune: false, signal },
  )
}

async function forget(
  repository: Repository,
  stateDirectory: string,
  ids: readonly string[],
  { prune, signal }: { readonly prune: boolean; readonly signal: AbortSignal },
): Promise<void> {
  // Words such as "latest" also name snapshots.
  for (const id of ids)
    if (!/^[0-9a-f]{64}$/.test(id))
      throw new SalvageError('RESTORE.POINT_UNKNOWN', `${JSON.stringify(id)} is not the id of a restic snapshot`)
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE)
    const last = start + AT_ONCE >= ids.length
    const what = `removing ${String(some.length)} restore points from ${repository.ref}`
    const args = ['forget', ...(prune && last ? ['--prune'] : []), ...some]
    const end = await runLocking(repository, stateDirectory, { work: 'forget', what, args, signal })
    if (end.code !== 0) throw new SalvageError('CRANE.FAILED', `${what} failed in part`, { why: end.errors })
  }
}
