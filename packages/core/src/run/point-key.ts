import type { RestorePoint } from '../crane/restore-point.ts'

/** Locked by whoever restores from a point and by whoever removes it. */
export function pointKey({ store, id }: RestorePoint): string {
  return `point ${id} of ${store}`
}
