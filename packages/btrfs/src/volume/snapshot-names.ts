import { stat } from 'node:fs/promises'
import type { CallOptions } from '@salvage-kit/core'
import { isSnapshotName } from '../name/snapshot-name.ts'
import { volumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { entriesIn, inDirectory } from '../subvolume/directory.ts'

/** A change that comes so many milliseconds after another one, in a directory, has another time, however coarse the clock. */
const SETTLED_MS = 1000

/** What was read last, and of which directory in which state. */
let known: { readonly state: string; readonly names: readonly string[] } | undefined

/**
 * What `listSnapshots` lists, names only and sorted as text: what buttervolume's socket answers. Starts no process. Rejects
 * with `VOLUME.NAME`, `BTRFS.NOT_FOUND`.
 */
export async function snapshotNames(
  { snapshotsPath }: Pick<BtrfsSettings, 'snapshotsPath'>,
  { signal, volume }: CallOptions & { readonly volume?: string },
): Promise<readonly string[]> {
  signal.throwIfAborted()
  const start = volume === undefined ? '' : `${volumeName(volume)}@`
  const names = await namesIn(snapshotsPath)
  return names.filter((name) => name.startsWith(start))
}

/** Sorted. Read again when the directory has changed since, or only just before it was read. */
async function namesIn(directory: string): Promise<readonly string[]> {
  const { state, changedMs } = await stateOf(directory)
  if (known?.state === state) return known.names
  const entries = await entriesIn(directory)
  const found: string[] = []
  for (const entry of entries) if (isSnapshotName(entry.name) && entry.isDirectory()) found.push(entry.name)
  const names = found.toSorted()
  known = Date.now() - changedMs > SETTLED_MS ? { state, names } : undefined
  return names
}

/** Every entry that comes, goes or gets another name changes the times of its directory. */
async function stateOf(directory: string): Promise<{ readonly state: string; readonly changedMs: number }> {
  const { dev, ino, mtimeNs, ctimeNs, ctimeMs } = await inDirectory(directory, async () =>
    stat(directory, { bigint: true }),
  )
  return { state: [dev, ino, mtimeNs, ctimeNs].join(' '), changedMs: Number(ctimeMs) }
}
