import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RestorePoint, Store } from '@salvage-kit/core'
import { placeOfPoint, POINT, unknownPoint } from './layout.ts'
import type { Place } from './layout.ts'
import { pointOfText } from './point-text.ts'
import type { PointFile } from './schema.ts'
import { errno } from './store-failure.ts'
import { damaged } from './stored-file.ts'

/** The restore point that a `point.json` tells of. */
export function pointOf(file: PointFile, store: Store): RestorePoint {
  const { id, target, takenAt, state, bytes, storedBytes, files, machine, runId } = file
  return { kind: 'archive', id, target, store: store.ref, takenAt, state, bytes, storedBytes, files, machine, runId }
}

/** Reads a `point.json` that belongs into a directory of that name; undefined when there is none that can be read. */
export async function readPoint(archive: string, id: string): Promise<PointFile | undefined> {
  const text = await readFile(join(archive, POINT), 'utf8').catch((error: unknown) => {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const file = pointOfText(text)
  return file?.id === id ? file : undefined
}

/** A point's place and file. Rejects with `RESTORE.POINT_UNKNOWN` or `ARCHIVE.DAMAGED`. */
export async function openPoint(point: RestorePoint, store: Store): Promise<{ place: Place; file: PointFile }> {
  const place = placeOfPoint(point, store)
  const text = await readFile(join(place.whole, POINT), 'utf8').catch((error: unknown) => {
    if (errno(error) === 'ENOENT') throw unknownPoint(point.id, store)
    throw damaged(`${join(place.whole, POINT)} cannot be read`, error)
  })
  const file = pointOfText(text)
  if (file?.id === point.id && file.target === point.target) return { place, file }
  throw damaged(`${join(place.whole, POINT)} is not what was written`)
}
