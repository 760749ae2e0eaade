import { access, constants, mkdir, realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { PreflightOptions, Source } from '@salvage-kit/core'
import { readableDirectory } from '../directory/directory-discovery.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import { mustOpen } from './key.ts'
import { mustAnswer } from './must-answer.ts'
import { mustBeNew } from './run-duplicity.ts'
import { readingFolder, sweepFolders } from './work-folder.ts'

/**
 * Whether a lift can begin: duplicity, the far end, the key or a passphrase that opens what stands there, sources that can
 * be read and do not hold the store. Any empty place is a store of duplicity; a directory of this machine must be there,
 * or is made when `init` says so.
 */
export async function preflight(
  depot: Depot,
  sources: readonly Source[],
  { signal, init }: PreflightOptions,
): Promise<void> {
  signal.throwIfAborted()
  await sweepFolders(depot)
  await using folder = await readingFolder(depot)
  await mustBeNew(depot, folder.path, signal)
  const call = { what: `opening ${depot.ref}`, work: 'preflight', folder: folder.path, signal }
  await mustAnswer(depot, call)
  for (const source of sources) await mustRead(source, depot)
  await mustHaveFolder(depot, init)
  await withFar(depot, call, (far) => mustOpen(depot, far, call))
}

async function mustRead(source: Source, { folder, ref }: Depot): Promise<void> {
  const path = directoryOf(source)
  if (path === undefined)
    throw new SalvageError('CRANE.MEDIUM', `the duplicity crane cannot read a ${source.medium} without a directory`)
  const real = await readableDirectory(path)
  const store = folder === undefined ? undefined : await realpath(folder).catch(() => folder)
  if (store !== undefined && (store === real || store.startsWith(real === sep ? sep : real + sep)))
    throw new SalvageError('STORE.INSIDE_SOURCE', `${ref} stands inside ${path}, which is to be copied into it`, {
      hint: 'keep the store elsewhere, best on another disk or machine',
    })
}

async function mustHaveFolder({ folder, ref }: Depot, init: boolean): Promise<void> {
  if (folder === undefined) return
  if (init) await mkdir(folder, { recursive: true })
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true)
    throw new SalvageError('STORE.NOT_FOUND', `there is no directory for ${ref}`, {
      hint: 'make it with --init; or correct the URL, or mount what should be there',
    })
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new SalvageError('STORE.READ_ONLY', `${ref} cannot be written`, {
      cause,
      why: cause instanceof Error ? cause.message : String(cause),
    })
  })
}
