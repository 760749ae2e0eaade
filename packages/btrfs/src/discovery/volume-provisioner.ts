import { lstat, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseReference, SalvageError } from '@salvage-kit/core'
import type { CallOptions, DirectorySource, JsonObject, Provisioner } from '@salvage-kit/core'
import { z } from 'zod'
import { errorCode } from '../command/error-code.ts'
import { volumeName } from '../name/volume-name.ts'
import { removeSubvolume } from '../snapshotter/own-folder.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { createSubvolume } from '../subvolume/subvolume.ts'

interface Token extends JsonObject {
  readonly version: 1
  /** Of the volume that is to be made. */
  readonly path: string
  /** Made before the subvolume; holds its UUID once that is made. Without it nothing is removed. */
  readonly record: string
}

const tokenOf: z.ZodType<Token> = z.strictObject({
  version: z.literal(1),
  path: z.string().startsWith('/'),
  record: z.string().startsWith('/'),
})

/** Where records are. */
export function recordsOf({ snapshotsPath }: { readonly snapshotsPath: string }): string {
  return join(snapshotsPath, '.salvage-kit/made')
}

/**
 * Makes volumes of the plugin to restore into, where nothing stands. Which one it made is remembered beside the snapshots:
 * only that is ever removed. Codes: `VOLUME.NAME`, `RESTORE.OCCUPIED`, `BTRFS.NOT_BTRFS`.
 */
export function btrfsVolumeProvisioner(settings: {
  readonly volumesPath: string
  readonly snapshotsPath: string
}): Provisioner {
  return {
    scheme: 'btrfs',
    async prepare(ref, runId, { signal }) {
      signal.throwIfAborted()
      const name = volumeName(parseReference(ref).value)
      const path = join(settings.volumesPath, name)
      if (await stands(path)) throw occupied(path)
      const record = join(recordsOf(settings), `${runId}.${name}`)
      return { version: 1, path, record } satisfies Token
    },
    async create(given, options) {
      options.signal.throwIfAborted()
      return create(tokenOf.parse(given), options)
    },
    async remove(given, options) {
      options.signal.throwIfAborted()
      await remove(tokenOf.parse(given), options)
    },
  }
}

async function create({ path, record }: Token, options: CallOptions): Promise<DirectorySource> {
  const made: DirectorySource = { medium: 'directory', path }
  if (await stands(path)) {
    if (await isOurs(path, record, options)) return made
    throw occupied(path)
  }
  await mkdir(dirname(record), { recursive: true, mode: 0o700 })
  await writeFile(record, '', { mode: 0o600, flush: true })
  await createSubvolume(path, options)
  await writeFile(record, (await uuidOf(path, options)) ?? '', { mode: 0o600, flush: true })
  return made
}

/** With an empty record nothing was restored there yet: then an empty one goes, and anything else is somebody else's. */
async function remove({ path, record }: Token, options: CallOptions): Promise<void> {
  if (await isOurs(path, record, options)) await removeSubvolume(path, options)
  else if ((await readFile(record, 'utf8').catch(() => undefined)) === '')
    await rmdir(path).catch((error: unknown) => {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error
    })
  await rm(record, { force: true })
}

async function isOurs(path: string, record: string, options: CallOptions): Promise<boolean> {
  const uuid = await readFile(record, 'utf8').catch(() => '')
  return uuid !== '' && (await stands(path)) && (await uuidOf(path, options)) === uuid
}

async function uuidOf(path: string, options: CallOptions): Promise<string | undefined> {
  return (await listSubvolumes(dirname(path), options)).find(({ name }) => name === basename(path))?.uuid
}

async function stands(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

function occupied(path: string): SalvageError {
  return new SalvageError('RESTORE.OCCUPIED', `${path} is not free to restore into`, {
    why: 'something of this name stands there',
    hint: 'name a volume that does not exist; --in-place restores over the volume itself',
  })
}
