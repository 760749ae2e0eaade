import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { LiftOptions, RestorePoint, Source, Store } from '@salvage-kit/core'
import { compareTrees } from './compare.ts'
import { DATA } from './layout.ts'
import { readManifest } from './manifest.ts'
import { observed } from './observed.ts'
import { holesOf, openPoint } from './point.ts'
import { rehashing } from './rehash.ts'
import type { PointFile } from './schema.ts'
import { sourceDirectory } from './source-directory.ts'
import { existingStore } from './store-marker.ts'
import { checkStored, unpacked } from './stored-file.ts'
import { feedTar } from './tar/feed-tar.ts'
import { unpackFailure } from './tar/tar-failure.ts'
import { tarOutput } from './tar/tar-output.ts'
import { tarCreate, tarExtract } from './tar/tar-process.ts'
import { readTar } from './tar/tar-reader.ts'
import { isPrivileged, restorable } from './tree-lens.ts'

const NAMED = 5

/**
 * Restores an archive into an empty directory, whose own owner, mode and times become those of the archived one. Then
 * the restored tree is read again and compared with the manifest, path by path. What counts for a process that is not
 * root is said at `restorable`. Rejects with `RESTORE.POINT_UNKNOWN`, `RESTORE.OCCUPIED`, `ARCHIVE.DAMAGED`,
 * `ARCHIVE.DESTINATION_FULL`, `ARCHIVE.TAR_FAILED`, `ARCHIVE.RESTORE_DIFFERS`, `STORE.…`.
 */
export async function lower(
  point: RestorePoint,
  store: Store,
  destination: Source,
  options: LiftOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  const directory = sourceDirectory(destination)
  await existingStore(store)
  const { place, file } = await openPoint(point, store)
  await requireEmpty(directory)
  await unpackInto(directory, place.whole, file, options)
  await syncTree(directory)
  await compareWithManifest(directory, place.whole, file, options.signal)
}

async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new SalvageError('ARCHIVE.DESTINATION', `${directory} cannot be restored into`, {
      why: errorText(error),
      cause: error,
    })
  })
  const found = names.find((name) => name !== 'lost+found')
  if (found === undefined) return
  throw new SalvageError('RESTORE.OCCUPIED', `${directory} is not empty`, {
    why: `it holds ${JSON.stringify(found)}`,
    hint: 'restore into an empty directory',
  })
}

async function unpackInto(directory: string, archive: string, file: PointFile, options: LiftOptions): Promise<void> {
  const { signal } = options
  const data = join(archive, DATA)
  await using tar = tarExtract(directory, isPrivileged(), signal)
  const end = await feedTar(tar, observed(unpacked(data, file.data, signal), file.streamBytes, options))
  const failure = unpackFailure(end, directory)
  signal.throwIfAborted()
  if (failure === undefined) return
  // Tar may have stumbled over damage.
  if (failure.code !== 'ARCHIVE.DESTINATION_FULL') await checkStored(data, file.data, signal)
  throw failure
}

/** Puts everything that was restored on stable storage. */
async function syncTree(directory: string): Promise<void> {
  const { failed, stderr } = await execa('sync', ['--file-system', directory], { reject: false })
  if (!failed) return
  throw new SalvageError('ARCHIVE.DESTINATION', `what was restored into ${directory} could not be made durable`, {
    why: stderr,
  })
}

async function compareWithManifest(
  directory: string,
  archive: string,
  file: PointFile,
  signal: AbortSignal,
): Promise<void> {
  await using tar = tarCreate(directory, signal)
  const found = readTar(tarOutput(tar, directory, signal), holesOf(file, signal))
  const stored = readManifest(archive, file.manifest, signal)
  const differences = await compareTrees(stored, found, restorable(isPrivileged()), rehashing(directory, signal))
  if (differences.length === 0) return
  const more = differences.length - NAMED
  throw new SalvageError('ARCHIVE.RESTORE_DIFFERS', `what was restored into ${directory} is not what was archived`, {
    why: `${differences.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}`,
    hint: 'does the file system keep owners, modes and extended attributes? Is something writing there?',
  })
}
