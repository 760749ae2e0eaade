import { lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { Archive, LiftOptions, LiftRef, Source } from '@salvage-kit/core'
import { copyStream, filesOf } from './copy-stream.ts'
import { copyTree } from './copy-tree.ts'
import { durableFile, syncDirectory } from './durable-file.ts'
import { placeOf, POINT } from './layout.ts'
import type { Place } from './layout.ts'
import { madeBy } from './made-by.ts'
import { textOfPoint } from './point-text.ts'
import { pointOf } from './point.ts'
import { ARCHIVE_VERSION } from './schema.ts'
import type { PointFile } from './schema.ts'
import { sourceDirectory } from './source-directory.ts'
import { errno, storeFailure } from './store-failure.ts'
import { existingStore } from './store-marker.ts'

/**
 * Copies a directory, or a dump as one, into a new archive. Everything is written and synced beneath a name that `list` does not see; one
 * rename makes it an archive, and it is on stable storage when this resolves.
 */
export async function lift(ref: LiftRef, source: Source, options: LiftOptions): Promise<Archive> {
  options.signal.throwIfAborted()
  const copy =
    source.medium === 'stream'
      ? copyStream.bind(undefined, filesOf(source, options))
      : copyTree.bind(undefined, sourceDirectory(source))
  const place = placeOf(ref)
  await existingStore(ref.store)
  await makePartial(place)
  const begunAt = new Date().toISOString()
  const copied = await copy(place.partial, options)
  const file: PointFile = {
    format: 'salvage-archive-point',
    version: ARCHIVE_VERSION,
    id: ref.id,
    target: ref.target,
    takenAt: ref.at,
    begunAt,
    endedAt: new Date().toISOString(),
    machine: ref.machine,
    runId: ref.runId,
    liftId: ref.id,
    ...(ref.tide === undefined ? {} : { tide: ref.tide }),
    ...(ref.warm === undefined ? {} : { warm: ref.warm }),
    madeBy: await madeBy(),
    state: copied.findings.length === 0 ? 'good' : 'partial',
    ...copied,
    storedBytes: copied.data.bytes + copied.manifest.bytes,
  }
  options.signal.throwIfAborted()
  await publish(place, file)
  return { point: pointOf(file, ref.store), findings: copied.findings }
}

async function makePartial(place: Place, isLast = false): Promise<void> {
  const { folder, partial, whole } = place
  try {
    if (await mkdir(folder, { mode: 0o700 }).then(() => true, isThere)) await syncDirectory(dirname(folder))
    if (await lstat(whole).then(() => true, isMissing)) throw exists(whole)
    // What an earlier attempt of this very lift left.
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { mode: 0o700 })
  } catch (error) {
    // Another machine may just have cleared a lift of the same target, and the folder with it.
    if (!isLast && errno(error) === 'ENOENT') return makePartial(place, true)
    throw storeFailure(error, folder)
  }
}

async function publish({ folder, partial, whole }: Place, point: PointFile): Promise<void> {
  try {
    await using file = await durableFile(join(partial, POINT), 'crc32')
    await file.write([Buffer.from(textOfPoint(point))])
    await file.finish()
    await syncDirectory(partial)
    await rename(partial, whole)
    await syncDirectory(folder)
  } catch (error) {
    throw storeFailure(errno(error) === 'ENOTEMPTY' ? exists(whole) : error, partial)
  }
}

function exists(whole: string): SalvageError {
  return new SalvageError('ARCHIVE.EXISTS', `${whole} is there already`, {
    why: 'an archive has the id of its lift, and no lift is made twice',
  })
}

function isThere(error: unknown): false {
  if (errno(error) === 'EEXIST') return false
  throw error
}

function isMissing(error: unknown): false {
  if (errno(error) === 'ENOENT') return false
  throw error
}
