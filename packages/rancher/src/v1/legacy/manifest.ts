import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { z } from 'zod'
import { inTheWay, ROOTS } from './place.ts'
import { syncDirectory } from './sync-directory.ts'

/** The folder of what this program itself keeps beside the dumps. */
const OWN_FOLDER = '.salvage-kit'
const FILE = 'manifest.json'

/** One file that a dump wrote. */
export interface DumpedFile {
  /** Below the directory: `dump/app/db/all-databases.dump`. */
  readonly path: string
  /** Whose it is. */
  readonly target: TargetRef
  readonly bytes: number
  readonly sha256: string
  /** ISO 8601: when the run began that wrote it. */
  readonly at: string
  /** The id of the environment that it is of; absent where nobody knows it, and then it is never taken for gone. */
  readonly environment?: string
  /** The container that it is of, where each has a folder of its own. */
  readonly instance?: string
  /** ISO 8601: when a run first found that it is of something that is there no more. */
  readonly goneSince?: string
}

/** What dumps stand in a directory. Files of ours that no manifest names are none; it holds no secret. */
export interface Manifest {
  /** ISO 8601: when the last run began. A file with the same `at` is of that run, any other of one before. */
  readonly at: string
  readonly files: readonly DumpedFile[]
  /** What the last run could not dump, by the code of the reason; the files of before stay. */
  readonly failed: readonly { readonly target: TargetRef; readonly code: string }[]
}

/** No file of a manifest lies elsewhere: it is read back from a directory that others may write to. */
const Path = z.string().refine((path) => {
  const parts = path.split('/')
  return (
    ROOTS.includes(parts[0] ?? '') &&
    parts.length > 2 &&
    parts.every((part) => !/^\.{0,2}$/.test(part)) &&
    !/\0/.test(path)
  )
}, 'it is not the path of a dump')

const Target: z.ZodType<TargetRef> = z.custom<TargetRef>(
  (value) => typeof value === 'string' && /^rancher(?:-db)?:./s.test(value),
  'it is no target of Rancher',
)

/** One file, as it is stored. */
export const Dumped: z.ZodType<DumpedFile> = z.object({
  path: Path,
  target: Target,
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.string(),
  environment: z.string().exactOptional(),
  instance: z.string().exactOptional(),
  goneSince: z.string().exactOptional(),
})

const Stored = z.object({
  version: z.literal(1),
  at: z.string(),
  files: z.array(Dumped),
  failed: z.array(z.object({ target: Target, code: z.string() })),
})

/** The manifest of the last run; undefined when there is none. Rejects with `RANCHER.MANIFEST`. */
export async function readManifest(directory: string): Promise<Manifest | undefined> {
  const file = join(directory, OWN_FOLDER, FILE)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(file, errorText(error), error)
  }
  try {
    const { at, files, failed } = Stored.parse(JSON.parse(text))
    return { at, files, failed }
  } catch (error) {
    throw unreadable(file, 'it is not as salvage-kit writes it', error)
  }
}

/**
 * Writes it, for this user alone; it is whole or as it was before, also after a power cut. Rejects with
 * `RANCHER.DUMP_PLACE`.
 */
export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const folder = join(directory, OWN_FOLDER)
  await written(folder, manifest).catch(inTheWay(join(folder, FILE)))
}

async function written(folder: string, { at, files, failed }: Manifest): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${FILE}.part`)
  {
    await using handle = await open(part, 'w', 0o600)
    const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
    await handle.writeFile(`${JSON.stringify({ version: 1, at, files: sorted, failed }, undefined, 2)}\n`)
    await handle.sync()
  }
  await rename(part, join(folder, FILE))
  await syncDirectory(folder)
}

function unreadable(file: string, why: string, cause: unknown): SalvageError {
  return new SalvageError(
    'RANCHER.MANIFEST',
    `${file}: it cannot be read, so no dump of a removed service is removed`,
    {
      why,
      hint: 'move it away; the next run makes a new one, and dumps of services that are gone by now stay for ever',
      cause,
    },
  )
}
