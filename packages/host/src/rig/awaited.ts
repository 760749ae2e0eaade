import type { RunEvent } from '@salvage-kit/core'
import type { LockWait } from '@salvage-kit/k8s'

/** A wait for the lock of another run, as an event. */
export function awaited({ runId, host, pid, since, atMostMs }: LockWait): Extract<RunEvent, { type: 'lock.awaited' }> {
  return { type: 'lock.awaited', runId, holder: `process ${String(pid)} on ${host}, since ${since}`, atMostMs }
}
