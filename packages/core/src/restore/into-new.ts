import type { Rig } from '../rig.ts'
import { provisionerOf } from '../run/parts.ts'
import { recoverFirst } from '../run/recover.ts'
import { release } from '../run/release.ts'
import { parseReference } from '../target/reference.ts'
import { lowerInto, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'

/** Restores into a place that is made for it. A failed restore leaves nothing there. */
export async function restoreIntoNew(rig: Rig, request: RestoreRequest, signal: AbortSignal): Promise<RestoreResult> {
  const { scheme } = parseReference(request.to)
  const provisioner = provisionerOf(rig, scheme)
  await using _lock = await rig.locks.acquire(request.runId, [request.to])
  await recoverFirst(rig, { signal })
  const token = await provisioner.prepare(request.to, request.runId, { signal })
  const entries = await rig.journal.open([
    { runId: request.runId, order: 1, undo: { kind: 'provision', provisioner: scheme, token } },
  ])
  try {
    rig.report({ type: 'run.started', runId: request.runId, groups: 1, targets: 1 })
    const place = await provisioner.create(token, { signal })
    mustWrite(rig, request, place)
    await lowerInto(rig, request, place, signal)
    // From here on the place is what is wanted and stays.
    await rig.journal.settle(entries.map((entry) => entry.id))
    return { target: restored(request), stuck: [] }
  } catch (error) {
    const stuck = await release(rig, entries)
    return { target: notRestored(rig, request, error, signal), stuck }
  }
}
