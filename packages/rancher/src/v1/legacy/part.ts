import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Dumped } from './manifest.ts'
import type { DumpedFile } from './manifest.ts'
import { inTheWay, makePlace } from './place.ts'
import { syncDirectory } from './sync-directory.ts'

/**
 * The files of a dump that is under way stand in `.salvage-kit.part` beside those of the dump before: never two of one
 * folder at once. When all are proven, `complete` is written there; from then on they are wanted.
 */
export const PART = '.salvage-kit.part'
const FILES = 'files'
const COMPLETE = 'complete'

/** Where the files of a new dump are written. */
export function partFiles(folder: string): string {
  return join(folder, PART, FILES)
}

/** Where each file goes, by its name in the part: into the folder itself, or one below it. */
export type Destinations = ReadonlyMap<string, readonly string[]>

/** What will stand in the manifest of one file of a part: the path follows from where the part is. */
export type PartFile = Omit<DumpedFile, 'path'> & { readonly name: string; readonly to: readonly string[] }

/** From here on a kill leads to the new files, and no longer to the former ones. */
export async function completePart(folder: string, files: readonly PartFile[]): Promise<void> {
  const part = join(folder, PART)
  const marker = join(part, `${COMPLETE}.new`)
  {
    await using handle = await open(marker, 'w', 0o600)
    await handle.writeFile(JSON.stringify({ version: 2, files }))
    await handle.sync()
  }
  await rename(marker, join(part, COMPLETE))
  await syncDirectory(part)
}

/** Puts the files of a complete part in place, each at once, and removes what is left of it. Idempotent. */
export async function placePart(folder: string): Promise<void> {
  const files = partFiles(folder)
  const marker = await readMarker(folder)
  const destinations = new Map(marker?.map(({ name, to }) => [name, to]))
  for (const name of await namesIn(files)) {
    const to = destinations.get(name) ?? [name]
    const place = await makePlace(folder, to.slice(0, -1))
    const path = join(place, to.at(-1) ?? name)
    await rename(join(files, name), path).catch(inTheWay(path))
    if (place !== folder) await syncDirectory(place)
  }
  await syncDirectory(folder)
  await dropPart(folder)
}

/** Removes what is left of a dump that failed. */
export async function dropPart(folder: string): Promise<void> {
  const part = join(folder, PART)
  await rm(part, { recursive: true, force: true }).catch(inTheWay(part))
}

/**
 * What a complete part has for the manifest; undefined for one that is not complete. `place`: the names of its folders. Throws
 * for a marker that is none.
 */
export async function filesOfPart(
  folder: string,
  place: readonly string[],
): Promise<readonly DumpedFile[] | undefined> {
  const marker = await readMarker(folder)
  return marker?.flatMap(({ to, file }) => Dumped.safeParse({ ...file, path: [...place, ...to].join('/') }).data ?? [])
}

interface Marked {
  readonly name: string
  readonly to: readonly string[]
  /** But for its path. */
  readonly file: Readonly<Record<string, unknown>>
}

/** Read back from a directory that others may write to: it leads nowhere else. */
const To = z
  .array(z.string().regex(/^(?!\.{1,2}$)[^/\0]+$/))
  .min(1)
  .max(2)
const Marker = z.union([
  z.object({ version: z.literal(2), files: z.array(z.looseObject({ name: z.string(), to: To })) }),
  z.record(z.string(), To),
])

async function readMarker(folder: string): Promise<readonly Marked[] | undefined> {
  if (!(await namesIn(join(folder, PART))).includes(COMPLETE)) return undefined
  const marker = Marker.parse(JSON.parse(await readFile(join(folder, PART, COMPLETE), 'utf8')))
  // Before a part knew what the manifest is to say of it.
  if (!isNew(marker)) return Object.entries(marker).map(([name, to]) => ({ name, to, file: {} }))
  return marker.files.map(({ name, to, ...file }) => ({ name, to, file }))
}

type NewMarker = Extract<z.infer<typeof Marker>, { readonly version: 2 }>

function isNew(marker: z.infer<typeof Marker>): marker is NewMarker {
  return !Array.isArray(marker['version']) && marker['version'] === 2
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(nothing)).map(({ name }) => name)
}

function nothing(error: unknown): readonly never[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
