import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../command/error-code.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'
import type { BtrfsSettings } from '../settings/settings.ts'

/**
 * Which snapshots were made by a restore, to be able to go back: an empty file of the same name for each. Written before
 * the snapshot is made, so that none is ever taken for what a person wanted to keep. A file without a snapshot means nothing.
 */
type SnapshotsPlace = Pick<BtrfsSettings, 'snapshotsPath'>

/** The names that are marked. */
export async function safetyNames(settings: SnapshotsPlace): Promise<ReadonlySet<string>> {
  try {
    return new Set(await readdir(directoryOf(settings)))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Set()
    throw error
  }
}

/** Marks a name. */
export async function markSafety(settings: SnapshotsPlace, name: string): Promise<void> {
  await withKernelFailures(`marking ${name} as a safety snapshot`, async () => {
    await mkdir(directoryOf(settings), { recursive: true, mode: 0o700 })
    await writeFile(join(directoryOf(settings), name), '', { mode: 0o600 })
  })
}

/** Forgets names of snapshots that are gone. */
export async function unmarkSafety(settings: SnapshotsPlace, names: readonly string[]): Promise<void> {
  const marked = await safetyNames(settings)
  const gone = names.filter((name) => marked.has(name))
  await withKernelFailures('forgetting safety snapshots', async () =>
    Promise.all(gone.map(async (name) => rm(join(directoryOf(settings), name), { force: true }))),
  )
}

function directoryOf({ snapshotsPath }: SnapshotsPlace): string {
  return join(snapshotsPath, '.salvage-kit', 'safety')
}
