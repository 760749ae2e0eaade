import { readdir, readFile, rename } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { durableFile, syncDirectory } from './durable-file.ts'
import { directoryOfStore, MARKER } from './layout.ts'
import { makeDirectory } from './make-directory.ts'
import { jsonOf } from './point-text.ts'
import { ARCHIVE_VERSION, storeMarker } from './schema.ts'
import { errno, storeFailure } from './store-failure.ts'

/**
 * The directory of a store that is there. Rejects with `STORE.NOT_FOUND` when there is none, `STORE.UNREACHABLE` when it
 * cannot be read, `ARCHIVE.STORE_TOO_NEW` when a later version made it.
 */
export async function existingStore(store: Store): Promise<string> {
  const directory = directoryOfStore(store)
  const text = await readFile(join(directory, MARKER), 'utf8').catch((error: unknown) => {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') throw notFound(store, `${directory} has no ${MARKER}`)
    throw new SalvageError('STORE.UNREACHABLE', `${store.ref} cannot be read`, { why: errorText(error), cause: error })
  })
  const marker = storeMarker.safeParse(jsonOf(text))
  if (!marker.success) throw notFound(store, `${join(directory, MARKER)} is not what the archive crane wrote`)
  if (marker.data.version <= ARCHIVE_VERSION) return directory
  throw new SalvageError('ARCHIVE.STORE_TOO_NEW', `${store.ref} was made by a later version`, {
    why: `its layout has the version ${String(marker.data.version)}, this program knows ${String(ARCHIVE_VERSION)}`,
    hint: 'use a newer salvage-kit',
  })
}

/** Whether a directory may become a store: `empty` it is or not there, `store` it is one, `foreign` it holds other things. */
export async function stateOfStore(directory: string): Promise<'empty' | 'store' | 'foreign'> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if (errno(error) === 'ENOENT') return []
    throw storeFailure(error, directory)
  })
  if (names.includes(MARKER)) return 'store'
  return names.every((name) => name === 'lost+found' || name.startsWith(`.${MARKER}-`)) ? 'empty' : 'foreign'
}

/** Makes the directory, with those above it, and the marker in it. */
export async function initialiseStore(directory: string): Promise<void> {
  try {
    await makeDirectory(directory)
    const draft = join(directory, `.${MARKER}-${randomUUID()}`)
    await using file = await durableFile(draft, 'crc32')
    await file.write([Buffer.from(`${JSON.stringify({ format: 'salvage-archive', version: ARCHIVE_VERSION })}\n`)])
    await file.finish()
    await rename(draft, join(directory, MARKER))
    await syncDirectory(directory)
  } catch (error) {
    throw storeFailure(error, directory)
  }
}

/** Marks a store of an earlier version as one of this, so that earlier programs do not pass over what is written now. */
export async function upgradeStore(directory: string): Promise<void> {
  const marker = storeMarker.safeParse(jsonOf(await readFile(join(directory, MARKER), 'utf8')))
  if (marker.data !== undefined && marker.data.version < ARCHIVE_VERSION) await initialiseStore(directory)
}

function notFound(store: Store, why: string): SalvageError {
  return new SalvageError('STORE.NOT_FOUND', `${store.ref} is no archive store`, {
    why,
    hint: 'is its disk mounted? A first run makes the store in an empty directory',
  })
}
