import { SalvageError } from '../error.ts'
import type { TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { failureOf } from '../run/failure.ts'
import { pointsOf } from '../run/parts.ts'
import { mediaOf } from '../target/source.ts'
import type { Source } from '../target/source.ts'
import type { RestoreRequest } from './restore.ts'

/** Rejects with `RESTORE.UNREADABLE` when nothing writes a point of this store into this place. */
export function mustWrite(rig: Rig, request: RestoreRequest, place: Source): void {
  const { store, to } = request
  const { media } = pointsOf(rig, store)
  if (mediaOf(place).some((medium) => media.has(medium))) return
  throw new SalvageError('RESTORE.UNREADABLE', `${to} cannot be written by "${store.crane}"`, {
    why: `it is a ${place.medium} whose content this process cannot reach`,
    hint: 'restore into a directory (--to dir:PATH), or run where the volumes of the engine can be read',
  })
}

/** Rejects with `RESTORE.UNREADABLE` when the points of this store become new places alone, and nothing lowers them. */
export function mustLower(rig: Rig, { store, to, point }: RestoreRequest): void {
  if (pointsOf(rig, store).points.lower !== undefined) return
  throw new SalvageError('RESTORE.UNREADABLE', `the ${point.kind} ${point.id} cannot be restored into ${to}`, {
    why: `${store.ref} keeps it where it was cut, and nothing copies it elsewhere`,
    hint: 'restore into a new target of the platform that has it, and copy from there',
  })
}

/** Restores into an empty place and tells how it goes. Resolves when it is whole and compared. */
export async function lowerInto(rig: Rig, request: RestoreRequest, place: Source, signal: AbortSignal): Promise<void> {
  const { point, store, to } = request
  mustLower(rig, request)
  await lowering(rig, request, async () =>
    pointsOf(rig, store).points.lower?.(point, store, place, {
      signal,
      onProgress: (progress) => {
        rig.report({ type: 'lower.progress', target: to, progress })
      },
    }),
  )
}

/** Tells the beginning and the good end of work that brings the content. */
export async function lowering<T>(rig: Rig, { point, to }: RestoreRequest, work: () => Promise<T>): Promise<T> {
  const since = performance.now()
  rig.report({ type: 'lower.started', target: to, point })
  const result = await work()
  rig.report({ type: 'lower.finished', target: to, point, lowerMs: Math.round(performance.now() - since) })
  return result
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
