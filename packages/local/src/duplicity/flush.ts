import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Depot } from './depot.ts'

/** Puts files of a URL of this machine on stable storage, which duplicity does not; elsewhere it is up to the far end. */
export async function flush({ folder }: Depot, names: readonly string[]): Promise<void> {
  if (folder === undefined || names.length === 0) return
  for (const path of [...names.map((name) => join(folder, name)), folder]) {
    await using file = await open(path)
    await file.sync()
  }
}
