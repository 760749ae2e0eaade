import { SalvageError } from '../error.ts'
import type { TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { failureOf } from '../run/failure.ts'
import { archivesOf, craneOf } from '../run/parts.ts'
import { mediaOf } from '../target/source.ts'
import type { Source } from '../target/source.ts'
import type { RestoreRequest } from './restore.ts'

/** Rejects with `RESTORE.UNREADABLE` when the crane of the store cannot write into this place. */
export function mustWrite(rig: Rig, request: RestoreRequest, place: Source): void {
  const { media, id } = craneOf(rig, request.store)
  if (mediaOf(place).some((medium) => media.has(medium))) return
  throw new SalvageError('RESTORE.UNREADABLE', `${request.to} cannot be written by the crane "${id}"`, {
    why: `it is a ${place.medium} whose content this process cannot reach`,
    hint: 'restore into a directory (--to dir:PATH), or run where the volumes of the engine can be read',
  })
}

/** Restores into an empty place and tells how it goes. Resolves when it is whole and compared. */
export async function lowerInto(rig: Rig, request: RestoreRequest, place: Source, signal: AbortSignal): Promise<void> {
  const { point, store, to } = request
  const since = performance.now()
  rig.report({ type: 'lower.started', target: to, point })
  await archivesOf(rig, store).lower(point, store, place, {
    signal,
    onProgress: (progress) => {
      rig.report({ type: 'lower.progress', target: to, progress })
    },
  })
  rig.report({ type: 'lower.finished', target: to, point, lowerMs: Math.round(performance.now() - since) })
}

/** The report of a restore that went well. */
export function restored(request: RestoreRequest): TargetReport {
  return { target: request.to, outcome: request.point.state, point: request.point, findings: [] }
}

/** The report of a restore that failed. */
export function notRestored(rig: Rig, request: RestoreRequest, error: unknown, signal: AbortSignal): TargetReport {
  const finding = failureOf(error, signal)
  rig.report({ type: 'target.failed', target: request.to, finding })
  return { target: request.to, outcome: 'failed', findings: [finding] }
}
