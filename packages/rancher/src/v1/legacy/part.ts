import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isPlain, makePlace, ROOTS } from './place.ts'
import { syncDirectory } from './sync-directory.ts'

/**
 * The files of a dump that is under way stand in `.salvage-kit.part` beside those of the dump before: never two of one
 * folder at once. When all are proven, `complete` is written there; from then on they are wanted.
 */
const PART = '.salvage-kit.part'
const FILES = 'files'
const COMPLETE = 'complete'
const DEEPEST = 6

/** Where the files of a new dump are written. */
export function partFiles(folder: string): string {
  return join(folder, PART, FILES)
}

/** Where each file goes, by its name in the part: into the folder itself, or one below it. */
export type Destinations = ReadonlyMap<string, readonly string[]>

/** From here on a kill leads to the new files, and no longer to the former ones. */
export async function completePart(folder: string, destinations: Destinations): Promise<void> {
  const part = join(folder, PART)
  const marker = join(part, `${COMPLETE}.new`)
  {
    await using handle = await open(marker, 'w', 0o600)
    await handle.writeFile(JSON.stringify(Object.fromEntries(destinations)))
    await handle.sync()
  }
  await rename(marker, join(part, COMPLETE))
  await syncDirectory(part)
}

/** Puts the files of a complete part in place, each at once, and removes what is left of it. Idempotent. */
export async function placePart(folder: string): Promise<void> {
  const files = partFiles(folder)
  const destinations = Marker.parse(JSON.parse(await readFile(join(folder, PART, COMPLETE), 'utf8')))
  for (const name of await namesIn(files)) {
    const to = destinations[name] ?? [name]
    const place = await makePlace(folder, to.slice(0, -1))
    await rename(join(files, name), join(place, to.at(-1) ?? name))
    if (place !== folder) await syncDirectory(place)
  }
  await syncDirectory(folder)
  await rm(join(folder, PART), { recursive: true, force: true })
}

/** Read back from a directory that others may write to: it leads nowhere else. */
const Marker = z.record(
  z.string(),
  z
    .array(z.string().regex(/^(?!\.{1,2}$)[^/\0]+$/))
    .min(1)
    .max(2),
)

/** Removes what is left of a dump that failed. */
export async function dropPart(folder: string): Promise<void> {
  await rm(join(folder, PART), { recursive: true, force: true })
}

/**
 * Sees to the parts that dead runs left anywhere below the directory: complete ones are put in place, others go. Links are
 * not followed. Idempotent.
 */
export async function settleParts(directory: string): Promise<void> {
  for (const root of ROOTS) if (await isPlain(directory, [root])) await settleBelow(join(directory, root), DEEPEST)
}

async function settleBelow(folder: string, deep: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(nothing)
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    const path = join(folder, entry.name)
    if (entry.name === PART) await settle(path)
    else if (deep > 1) await settleBelow(path, deep - 1)
  }
}

async function settle(part: string): Promise<void> {
  const names = await namesIn(part)
  if (names.includes(COMPLETE)) await placePart(dirname(part))
  else await rm(part, { recursive: true, force: true })
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(nothing)).map(({ name }) => name)
}

function nothing(error: unknown): readonly never[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
