import type { PointStore } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Keeper, KeptRef } from '../snapshot/keeper.ts'
import { exposedName, volumeOf } from './platform.ts'
import type { MemoryPlatform } from './platform.ts'

/** The store that the memory keeper keeps snapshots in. */
export const memorySnapshots: Store = { ref: 'memory-snapshots:here', crane: 'memory-snapshots', settings: {} }

/** Lets snapshots of the memory platform stay. */
export function memoryKeeper(platform: MemoryPlatform): Keeper {
  return {
    id: memorySnapshots.crane,
    media: new Set(['docker-volume']),
    keep: async (ref, options) => {
      options.signal.throwIfAborted()
      const files = platform.snapshots.get(ref.id)
      if (files === undefined) throw gone(ref.id)
      await Promise.resolve()
      const point = pointOf(ref, files)
      platform.kept.set(ref.id, point)
      return { point, findings: [] }
    },
    points: memoryPoints(platform),
  }
}

/** What a kept snapshot holds. Throws `RESTORE.POINT_UNKNOWN`. */
export function keptFiles(platform: MemoryPlatform, { id }: Pick<RestorePoint, 'id'>): ReadonlyMap<string, string> {
  const files = platform.kept.has(id) ? platform.snapshots.get(id) : undefined
  if (files === undefined) throw gone(id)
  return files
}

function memoryPoints(platform: MemoryPlatform): PointStore {
  return {
    async *list() {
      yield* [...platform.kept.values()].toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
    },
    lower: async (point, _store, destination, options) => {
      options.signal.throwIfAborted()
      if (destination.medium !== 'docker-volume') throw new Error('a memory snapshot is lowered into a volume')
      const files = volumeOf(platform, destination.name)
      for (const [name, content] of keptFiles(platform, point)) files.set(name, content)
    },
    check: async (point) => {
      keptFiles(platform, point)
    },
    remove: async (points) => {
      for (const { id } of points) {
        platform.kept.delete(id)
        platform.snapshots.delete(id)
        platform.exposures.delete(id)
        platform.volumes.delete(exposedName({ id }))
      }
    },
  }
}

function pointOf({ id, runId, target, keep }: KeptRef, files: ReadonlyMap<string, string>): RestorePoint {
  const { store, at, machine } = keep
  return {
    kind: 'snapshot',
    id,
    target,
    store: store.ref,
    takenAt: at,
    state: 'good',
    files: files.size,
    machine,
    runId,
  }
}

function gone(id: string): SalvageError {
  return new SalvageError('RESTORE.POINT_UNKNOWN', `${memorySnapshots.ref} has no snapshot ${id}`)
}
