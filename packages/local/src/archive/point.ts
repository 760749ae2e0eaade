import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '@salvage-kit/core'
import type { RestorePoint, Store } from '@salvage-kit/core'
import { placeOfPoint, POINT, unknownPoint } from './layout.ts'
import type { Place } from './layout.ts'
import { pointOfText } from './point-text.ts'
import type { PointFile } from './schema.ts'
import { LONG_HOLES } from './tar/content-hash.ts'
import type { HashedHoles } from './tar/content-hash.ts'
import { errno } from './store-failure.ts'
import { damaged } from './stored-file.ts'

/** The restore point that a `point.json` tells of. */
export function pointOf(file: PointFile, store: Store): RestorePoint {
  const { id, target, takenAt, state, bytes, storedBytes, files, machine, runId } = file
  return { kind: 'archive', id, target, store: store.ref, takenAt, state, bytes, storedBytes, files, machine, runId }
}

/** How the manifest of an archive has the hashes of files with holes. */
export function holesOf({ version }: PointFile, signal: AbortSignal): HashedHoles {
  return version === 1 ? { as: 'zeros', signal } : LONG_HOLES
}

/** What was found of a `point.json`. */
export type FoundPoint =
  | { readonly kind: 'point'; readonly point: PointFile }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'none' }

/** Reads a `point.json` that belongs into a directory of that name. */
export async function readPoint(archive: string, id: string): Promise<FoundPoint> {
  let text: string
  try {
    text = await readFile(join(archive, POINT), 'utf8')
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return { kind: 'none' }
    return { kind: 'damaged', why: errorText(error) }
  }
  const point = pointOfText(text)
  if (point === undefined) return { kind: 'damaged', why: 'its content is not what was written' }
  if (point.id !== id) return { kind: 'damaged', why: `it is that of the archive ${point.id}` }
  return { kind: 'point', point }
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
