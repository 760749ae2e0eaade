import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveStore, Crane, LiftOptions, LiftRef } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { proved } from '../dump/proved.ts'
import { SalvageError } from '../error.ts'
import type { Medium, Source } from '../target/source.ts'
import { volumeOf } from './platform.ts'
import type { MemoryArchive, MemoryFiles, MemoryPlatform } from './platform.ts'

/** The store that the memory crane writes to. */
export const memoryStore: Store = { ref: 'memory:store', crane: 'memory', settings: {} }

/** The crane of the memory platform. */
export function memoryCrane(
  platform: MemoryPlatform,
  {
    deduplicates = false,
    reads = ['docker-volume'],
  }: { readonly deduplicates?: boolean; readonly reads?: readonly Medium[] } = {},
): Crane {
  return {
    id: 'memory',
    media: new Set(reads),
    preflight: async (_store, sources, options) => {
      options.signal.throwIfAborted()
      for (const source of sources) if (source.medium === 'docker-volume') filesOf(platform, source)
    },
    lift: async (ref, source, options) => {
      options.signal.throwIfAborted()
      platform.vessels.add(ref.id)
      const files = await contentOf(platform, source, options)
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

/** What a lift reads, to its end: for a dump that is its verdict. */
async function contentOf(
  platform: MemoryPlatform,
  source: Source,
  { open }: LiftOptions,
): Promise<ReadonlyMap<string, string>> {
  if (source.medium === 'directory') return inDirectory(source.path)
  if (source.medium !== 'stream') return new Map(filesOf(platform, source))
  const files = new Map<string, string>()
  if (open === undefined) throw new Error('a stream is lifted with a way to open it')
  for await (const file of open(source)) {
    const { content, whole } = proved(file)
    const pieces: Buffer[] = []
    for await (const piece of content) pieces.push(piece)
    await whole()
    files.set(file.name, Buffer.concat(pieces).toString())
  }
  return files
}

async function inDirectory(path: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(path)
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8')] as const)),
  )
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
      if (destination.medium === 'directory') {
        for (const [name, content] of archiveOf(platform, point).files)
          await writeFile(join(destination.path, name), content)
        return
      }
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
