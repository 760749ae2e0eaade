import type { Rig } from '../rig.ts'
import type { RunSignal } from '../run/failure.ts'
import { pointKey } from '../run/point-key.ts'
import { recoverFirst } from '../run/recover.ts'
import { takeSlots } from '../run/take-slots.ts'
import { targetKeys } from '../run/target-keys.ts'
import type { RestoreRequest } from './restore.ts'

/**
 * Locks the place, its workloads and the point: nobody prunes what is being restored. Then takes back what dead runs left.
 * Rejects with `LOCK.SLOTS_TAKEN`, `LOCK.BUSY` and `RECOVER.STUCK`.
 */
export async function lockAndRecover(
  rig: Rig,
  request: RestoreRequest,
  workloads: readonly string[],
  aborting: RunSignal,
): Promise<AsyncDisposable> {
  const { runId, to, point } = request
  const keys = [...new Set([...targetKeys(rig, [to]), pointKey(point), ...workloads])]
  const { signal } = aborting
  await using held = new AsyncDisposableStack()
  held.use(await takeSlots(rig, [to], aborting))
  const lock = held.use(await rig.locks.acquire(runId, keys))
  aborting.endWith(lock)
  await recoverFirst(rig, { signal, held: { runId, keys } })
  return held.move()
}

/** The last step before anything is touched. Rejects with `PLAN.USED` when there was a run of this id. */
export async function begin(rig: Rig, { runId }: RestoreRequest): Promise<void> {
  await rig.catalog.startRun({ runId, kind: 'restore', startedAt: rig.now().toISOString() })
  rig.report({ type: 'run.started', runId, kind: 'restore', groups: 1, targets: 1 })
}
