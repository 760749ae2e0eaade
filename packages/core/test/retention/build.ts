import type { RestorePoint } from '../../src/crane/restore-point.ts'

let made = 0

/** A good archive of `docker:a` with an id of its own. */
export function point(takenAt: string, more: Partial<RestorePoint> = {}): RestorePoint {
  made += 1
  return {
    kind: 'archive',
    id: `p${String(made)}`,
    target: 'docker:a',
    store: 'archive:/backups',
    takenAt,
    state: 'good',
    ...more,
  }
}
