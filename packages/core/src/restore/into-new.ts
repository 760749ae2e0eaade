import type { Rig } from '../rig.ts'
import { craneOf, provisionerOf } from '../run/parts.ts'
import { release } from '../run/release.ts'
import { parseReference } from '../target/reference.ts'
import { begin, lockAndRecover } from './begin.ts'
import { lowerInto, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'

/** Restores into a place that is made for it. A failed restore leaves nothing there. */
export async function restoreIntoNew(rig: Rig, request: RestoreRequest, signal: AbortSignal): Promise<RestoreResult> {
  const { runId, to: target } = request
  const { scheme } = parseReference(target)
  const provisioner = provisionerOf(rig, scheme)
  await using _lock = await lockAndRecover(rig, request, [], signal)
  const { media } = craneOf(rig, request.store)
  const token = await provisioner.prepare(target, runId, { signal, media })
  await begin(rig, request)
  const entries = await rig.journal.open([
    { runId, order: 1, undo: { kind: 'provision', target, provisioner: scheme, token } },
  ])
  try {
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
