import type { Json } from '../json.ts'
import type { Rig } from '../rig.ts'
import { pointsOf, provisionerOf } from '../run/parts.ts'
import { release } from '../run/release.ts'
import type { Provisioner } from '../target/provisioner.ts'
import { parseReference } from '../target/reference.ts'
import type { RunSignal } from '../run/failure.ts'
import { begin, lockAndRecover } from './begin.ts'
import { lowering, lowerInto, mustLower, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'

/** Restores into a place that is made for it. A failed restore leaves nothing there. */
export async function restoreIntoNew(rig: Rig, request: RestoreRequest, aborting: RunSignal): Promise<RestoreResult> {
  const { signal } = aborting
  const { runId, to: target } = request
  const { scheme } = parseReference(target)
  const provisioner = provisionerOf(rig, scheme)
  await using _lock = await lockAndRecover(rig, request, [], aborting)
  const { token, filled } = await prepared(rig, provisioner, request, signal)
  await begin(rig, request)
  const entries = await rig.journal.open([
    { runId, order: 1, undo: { kind: 'provision', target, provisioner: scheme, token } },
  ])
  try {
    if (filled) await lowering(rig, request, () => provisioner.create(token, { signal }))
    else {
      const place = await provisioner.create(token, { signal })
      mustWrite(rig, request, place)
      await lowerInto(rig, request, place, signal)
    }
    // From here on the place is what is wanted and stays.
    await rig.journal.settle(entries.map((entry) => entry.id))
    return { target: restored(request), stuck: [] }
  } catch (error) {
    const stuck = await release(rig, entries)
    return { target: notRestored(rig, request, error, signal), stuck }
  }
}

interface Prepared {
  readonly token: Json
  /** The place has the content when it is made. */
  readonly filled: boolean
}

/** A snapshot becomes a place without a copy where its platform can. Rejects with `RESTORE.UNREADABLE`, or as `prepare` does. */
async function prepared(
  rig: Rig,
  provisioner: Provisioner,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<Prepared> {
  const { runId, to, point, store } = request
  if (point.kind === 'snapshot') {
    const token = await provisioner.prepareFrom?.(to, { point, store }, runId, { signal })
    if (token !== undefined) return { token, filled: true }
    mustLower(rig, request)
  }
  const { media } = pointsOf(rig, store)
  return { token: await provisioner.prepare(to, runId, { signal, media, from: { point, store } }), filled: false }
}
