import { access, constants, realpath, statfs } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { PreflightOptions, Source, Store } from '@salvage-kit/core'
import { directoryOfStore } from './layout.ts'
import { readableSource } from './readable-source.ts'
import { sourceDirectory } from './source-directory.ts'
import { errno, storeFailure } from './store-failure.ts'
import { existingStore, initialiseStore, stateOfStore, upgradeStore } from './store-marker.ts'
import { requireGnuTar } from './tar/gnu-tar.ts'
import { rememberUse, wasUsed } from './used-stores.ts'

/**
 * Below this no lift begins. It says nothing of what a lift needs: to know that, the source would have to be read. A lift
 * that finds the store full fails and its archive is removed.
 */
const LEAST_FREE = 64 << 20

/**
 * Checks tar, sources and store; makes the store in a directory that is empty or not there, and with `init` also in one
 * that holds other things, or in one that is empty although it was used from here before. Rejects with
 * `ARCHIVE.TAR_MISSING`, `ARCHIVE.NO_DIRECTORY`, `ARCHIVE.SOURCE_UNREADABLE`, `ARCHIVE.STORE_IN_SOURCE`, `ARCHIVE.STORE_FOREIGN`, `ARCHIVE.STORE_UNWRITABLE`, `ARCHIVE.STORE_FULL`, `STORE.…`.
 */
export async function preflight(
  stateDirectory: string,
  store: Store,
  sources: readonly Source[],
  options: PreflightOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  await requireGnuTar()
  const directory = directoryOfStore(store)
  const place = await realPlace(directory)
  for (const source of sources) if (source.medium !== 'stream') await requireOutside(sourceDirectory(source), place)
  options.signal.throwIfAborted()
  await requireStore(stateDirectory, store, directory, options.init)
  await requireRoom(directory)
  await rememberUse(stateDirectory, store)
}

async function requireOutside(source: string, store: string): Promise<void> {
  const place = await readableSource(source)
  if (!isWithin(store, place) && !isWithin(place, store)) return
  throw new SalvageError('ARCHIVE.STORE_IN_SOURCE', `the store ${store} and the source ${place} overlap`, {
    why: 'the backup would copy itself',
    hint: 'use a store outside of what is backed up',
  })
}

async function requireStore(stateDirectory: string, store: Store, directory: string, init: boolean): Promise<void> {
  const state = await stateOfStore(directory)
  if (state === 'foreign' && !init)
    throw new SalvageError('ARCHIVE.STORE_FOREIGN', `${directory} holds other things and is no archive store`, {
      hint: 'use an empty directory, or say that the store is to be made there',
    })
  if (state === 'empty' && !init && (await wasUsed(stateDirectory, store)))
    throw new SalvageError('STORE.NOT_FOUND', `${directory} is empty, and was used as an archive store before`, {
      why: 'the disk that holds it may not be mounted; archives made here would fill the wrong disk',
      hint: 'mount it and run again, or say with --init that a new store is to be made there',
    })
  if (state !== 'store') await initialiseStore(directory)
  await upgradeStore(await existingStore(store))
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw storeFailure(error, directory)
  })
}

async function requireRoom(directory: string): Promise<void> {
  const { bavail, bsize, files, ffree } = await statfs(directory)
  const free = bavail * bsize
  if (free >= LEAST_FREE && (files === 0 || ffree > 0)) return
  throw new SalvageError('ARCHIVE.STORE_FULL', `${directory} is full`, {
    why: free < LEAST_FREE ? `${String(free >> 20)} MiB are free, 64 are the least` : 'no more files can be made there',
    hint: 'free space, prune old archives or use another store',
  })
}

/** Where a path really is, although its last parts may not be there yet. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (errno(error) !== 'ENOENT' || dirname(path) === path) throw storeFailure(error, path)
    return join(await realPlace(dirname(path)), basename(path))
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)
}
