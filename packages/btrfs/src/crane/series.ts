import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseReference } from '@salvage-kit/core'
import type { CallOptions, LiftRef } from '@salvage-kit/core'
import { z } from 'zod'
import { isVolumeName } from '../name/volume-name.ts'
import { areTogether, ownHome } from '../snapshotter/home.ts'
import { ageOf, removeSubvolume } from '../snapshotter/own-folder.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'

/** A volume that is gone may be restored, and is then copied as a difference again. */
const KEPT_MS = 30 * 24 * 60 * 60_000

/** Of which volume of the plugin the parents of one target and store are. */
const ownerNote = z.object({ version: z.literal(1), volume: z.string().refine(isVolumeName) })

type Places = { readonly volumesPath: string; readonly snapshotsPath: string }

/** Notes in the home of the parents whose they are, when that is a volume of the plugin; the time of the note is that of the last lift. */
export async function noteSeries(
  home: string,
  series: string,
  { target }: Pick<LiftRef, 'target'>,
  { volumesPath }: Pick<Places, 'volumesPath'>,
): Promise<void> {
  const { scheme, value } = parseReference(target)
  if (!['btrfs', 'docker'].includes(scheme) || !isVolumeName(value)) return
  if (!(await isSubvolume(join(volumesPath, value)))) {
    // It was one of the plugin once, and is another one's by now: then nobody knows when its parents are of no use.
    await rm(notePath(home, series), { force: true })
    return
  }
  await mkdir(join(home, 'series'), { recursive: true, mode: 0o700 })
  await writeFile(notePath(home, series), JSON.stringify({ version: 1, volume: value }), { mode: 0o600 })
}

/**
 * Removes the parents that are kept here of volumes that are gone, a month after they were last copied: the next copy would be
 * whole. Of what has no note nobody knows, and it stays. Idempotent. Rejects with `BTRFS.*`.
 */
export async function sweepSeries(places: Places, { signal }: CallOptions): Promise<void> {
  const home = ownHome(places.snapshotsPath)
  const files = await readdir(join(home, 'series')).catch(() => [])
  if (files.length === 0 || !(await areTogether(places))) return
  const volumes = new Set(await readdir(places.volumesPath))
  for (const file of files) {
    signal.throwIfAborted()
    const series = file.replace(/\.json$/, '')
    const note = notePath(home, series)
    const volume = await volumeOf(note)
    if (volume === undefined || volumes.has(volume) || ((await ageOf(note)) ?? 0) < KEPT_MS) continue
    const folder = join(home, 'parents', series)
    for (const name of await readdir(folder).catch(() => [])) await removeSubvolume(join(folder, name), { signal })
    await rmdir(folder).catch(() => undefined)
    await rm(note, { force: true })
  }
}

async function volumeOf(path: string): Promise<string | undefined> {
  try {
    return ownerNote.parse(JSON.parse(await readFile(path, 'utf8'))).volume
  } catch {
    return undefined
  }
}

function notePath(home: string, series: string): string {
  return join(home, 'series', `${series}.json`)
}
