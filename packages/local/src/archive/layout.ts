import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { LiftRef, RestorePoint, Store } from '@salvage-kit/core'
import { storeSettings } from './schema.ts'
import { slugOf } from './slug.ts'

/** The file in the root of a store that makes it one. */
export const MARKER = 'salvage-archive.json'

/** The files of an archive. */
export const DATA = 'data.tar.zst'
export const MANIFEST = 'manifest.jsonl.zst'
export const POINT = 'point.json'

/** Where the archive of one lift stands, before and after it is whole, and while it is removed. */
export interface Place {
  /** The folder of the target. */
  readonly folder: string
  readonly partial: string
  readonly whole: string
  readonly removed: string
}

/** The directory of a store. Throws `ARCHIVE.SETTINGS`. */
export function directoryOfStore(store: Store): string {
  const settings = storeSettings.safeParse(store.settings)
  if (settings.success) return settings.data.directory
  throw new SalvageError('ARCHIVE.SETTINGS', `${store.ref} has wrong settings`, {
    why: 'an archive store needs the absolute path of its directory, and nothing else',
    hint: 'write it like archive:/backups',
  })
}

/** The place of a lift's archive. The id of the point is the id of the lift. */
export function placeOf(ref: Pick<LiftRef, 'id' | 'target' | 'store'>): Place {
  if (!/^[A-Za-z0-9-]+$/.test(ref.id)) throw unknownPoint(ref.id, ref.store)
  const folder = join(directoryOfStore(ref.store), slugOf(ref.target))
  return {
    folder,
    partial: join(folder, `.partial-${ref.id}`),
    whole: join(folder, ref.id),
    removed: join(folder, `.removed-${ref.id}`),
  }
}

/** The place of a point. Throws `RESTORE.POINT_UNKNOWN` for an id that no archive can have. */
export function placeOfPoint(point: RestorePoint, store: Store): Place {
  return placeOf({ id: point.id, target: point.target, store })
}

/** The error for a point that is not in the store. */
export function unknownPoint(id: string, store: Store): SalvageError {
  return new SalvageError('RESTORE.POINT_UNKNOWN', `${store.ref} has no restore point ${id}`)
}
