import type { ArchiveStore, Crane, LiftRef } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import type { Source } from '../target/source.ts'
import { volumeOf } from './platform.ts'
import type { MemoryArchive, MemoryFiles, MemoryPlatform } from './platform.ts'

/** The store that the memory crane writes to. */
export const memoryStore: Store = { ref: 'memory:store', crane: 'memory', settings: {} }

/** The crane of the memory platform. */
export function memoryCrane(
  platform: MemoryPlatform,
  { deduplicates = false }: { readonly deduplicates?: boolean } = {},
): Crane {
  return {
    id: 'memory',
    media: new Set(['docker-volume']),
    preflight: async (_store, sources, options) => {
      options.signal.throwIfAborted()
      for (const source of sources) filesOf(platform, source)
    },
    lift: async (ref, source, options) => {
      options.signal.throwIfAborted()
      platform.vessels.add(ref.id)
      const files = new Map(filesOf(platform, source))
      await Promise.resolve()
      options.signal.throwIfAborted()
      const point = pointOf(ref, files)
      platform.archives.set(ref.id, { ref, files, point })
      platform.vessels.delete(ref.id)
      return { point, findings: [] }
    },
    clear: async (ref) => {
      platform.vessels.delete(ref.id)
    },
    archives: memoryArchives(platform),
    abilities: async (_store, options) => {
      options.signal.throwIfAborted()
      return { archives: true, deduplicates }
    },
  }
}

function memoryArchives(platform: MemoryPlatform): ArchiveStore {
  return {
    async *list() {
      const counting = [...platform.archives.values()].filter((archive) => archive.ref.warm !== true)
      const points = counting.map((archive) => archive.point)
      yield* points.toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
    },
    lower: async (point, _store, destination, options) => {
      options.signal.throwIfAborted()
      const files = filesOf(platform, destination)
      for (const [name, content] of archiveOf(platform, point).files) files.set(name, content)
    },
    check: async (point) => {
      archiveOf(platform, point)
    },
    remove: async (points) => {
      for (const point of points) platform.archives.delete(point.id)
    },
    withdraw: async (ref) => {
      platform.archives.delete(ref.id)
    },
  }
}

function pointOf(ref: LiftRef, files: ReadonlyMap<string, string>): RestorePoint {
  let bytes = 0
  for (const content of files.values()) bytes += content.length
  return {
    kind: 'archive',
    id: ref.id,
    target: ref.target,
    store: ref.store.ref,
    takenAt: ref.at,
    state: 'good',
    bytes,
    files: files.size,
    machine: ref.machine,
    runId: ref.runId,
  }
}

function archiveOf(platform: MemoryPlatform, point: RestorePoint): MemoryArchive {
  const archive = platform.archives.get(point.id)
  if (archive === undefined)
    throw new SalvageError('RESTORE.POINT_UNKNOWN', `memory:store has no restore point ${point.id}`)
  return archive
}

function filesOf(platform: MemoryPlatform, source: Source): MemoryFiles {
  if (source.medium !== 'docker-volume') throw new Error(`the memory crane cannot read a ${source.medium}`)
  return volumeOf(platform, source.name)
}
