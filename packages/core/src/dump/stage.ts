import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { errorText, SalvageError } from '../error.ts'
import type { Effect } from '../effect/effect.ts'
import type { Json } from '../json.ts'
import type { DumpFile } from './dump.ts'
import { proved } from './proved.ts'

/** The effect of {@link stagedDumps}. */
export const STAGED_DUMPS = 'core.staging'

/** Staged dumps go, whatever became of them. `staging`: where they are; asked when one is to go. */
export function stagedDumps(staging: () => string): Effect {
  return {
    id: STAGED_DUMPS,
    undo: async (token, { signal }) => {
      signal.throwIfAborted()
      const directory = placeIn(staging(), stage.parse(token).liftId)
      await guarded(directory, () => rm(directory, { recursive: true, force: true }))
    },
  }
}

/** What stands in a journal says which lift, and never which folder: it must not remove anything but what a lift staged. */
const stage = z.strictObject({ liftId: z.string().regex(/^[A-Za-z0-9-]+$/, 'is the id of no lift') })

/** Names the place of a lift's dump; makes nothing. */
export function stageOf(staging: string, liftId: string): { readonly directory: string; readonly token: Json } {
  const token = stage.parse({ liftId })
  return { directory: placeIn(staging, token.liftId), token: { ...token } }
}

function placeIn(staging: string, liftId: string): string {
  if (!isAbsolute(staging)) throw new Error(`dumps are staged in ${JSON.stringify(staging)}, which is no absolute path`)
  return join(staging, liftId)
}

/**
 * Writes the files of a dump into a directory that it makes, for this user alone: each beneath another name until it is
 * proven whole and on stable storage. What an earlier attempt left there goes first. Resolves with how much it is. Rejects
 * with what the dump rejects with, or with `DUMP.STAGE_FULL`, `DUMP.NOT_STAGED`.
 */
export async function stageDump(
  directory: string,
  files: AsyncIterable<DumpFile>,
  options: { readonly signal: AbortSignal; readonly onBytes?: (bytes: number) => void },
): Promise<void> {
  await guarded(directory, async () => {
    await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory, { mode: 0o700 })
  })
  let bytes = 0
  for await (const file of files) {
    options.signal.throwIfAborted()
    await stageFile(directory, file, (more) => {
      bytes += more
      options.onBytes?.(bytes)
    })
  }
  await guarded(directory, () => syncDirectory(directory))
}

async function stageFile(directory: string, file: DumpFile, taken: (bytes: number) => void): Promise<void> {
  // No plain name of a dump is longer than this one may be, nor is there another file while it stands.
  const part = join(directory, '.salvage-part')
  const { content, whole } = proved(file)
  const handle = await guarded(directory, () => open(part, 'wx', 0o600))
  try {
    for await (const piece of content) {
      await guarded(directory, () => handle.writeFile(piece))
      taken(piece.length)
    }
    await whole()
    await guarded(directory, () => handle.sync())
  } finally {
    await handle.close()
  }
  await guarded(directory, () => rename(part, join(directory, file.name)))
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What the file system refused, as `DUMP.STAGE_FULL` or `DUMP.NOT_STAGED`. */
export async function guarded<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    throw new SalvageError(
      isFull ? 'DUMP.STAGE_FULL' : 'DUMP.NOT_STAGED',
      `a dump cannot be staged in ${dirname(directory)}`,
      {
        why: errorText(error),
        hint: isFull
          ? 'make room there, or use a store whose crane reads dumps as streams, such as archive:DIR or restic:ADDRESS'
          : 'see that this user may write there',
        cause: error,
      },
    )
  }
}
