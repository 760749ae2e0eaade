import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '@salvage-kit/core'
import { slugOf } from './slug.ts'
import { errno } from './store-failure.ts'

/** Whether a lift of this machine was ever prepared for a store: then its directory is not empty, unless its disk is missing. */
export async function wasUsed(stateDirectory: string, store: Store): Promise<boolean> {
  return stat(fileOf(stateDirectory, store)).then(
    () => true,
    (error: unknown) => {
      if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return false
      throw error
    },
  )
}

/** Remembers that a store is used. */
export async function rememberUse(stateDirectory: string, store: Store): Promise<void> {
  await mkdir(folderOf(stateDirectory), { recursive: true, mode: 0o700 })
  await writeFile(fileOf(stateDirectory, store), `${store.ref}\n`, { mode: 0o600 })
}

function fileOf(stateDirectory: string, store: Store): string {
  return join(folderOf(stateDirectory), slugOf(store.ref))
}

function folderOf(stateDirectory: string): string {
  return join(stateDirectory, 'archive-stores')
}
