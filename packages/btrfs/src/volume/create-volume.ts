import { renameSync } from 'node:fs'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { syncDirectory } from '../subvolume/sync-directory.ts'
import { createSubvolume, deleteSubvolumes } from '../subvolume/subvolume.ts'
import { hiddenPath, kindAt, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { limitSize } from './quota.ts'
import { notSubvolume } from './refusal.ts'
import { discardToken } from './discard-effect.ts'
import { performVerb, verbRunId } from './verb.ts'

/** How BTRFS compresses what is written. */
export type Compression = 'zlib' | 'lzo' | 'zstd'

/** What a new volume is like. */
export interface VolumeOptions {
  /** False: what is written over is written in place; good for databases and images of disks. Default: true. */
  readonly copyOnWrite?: boolean
  /** Default: as the file system is mounted. */
  readonly compression?: Compression
  /** The most it may hold, in bytes. Quotas must be enabled on the file system. */
  readonly size?: number
}

/** What {@link createVolume} takes. */
export interface CreateVolumeOptions extends CallOptions, VolumeOptions {}

/**
 * Makes an empty volume, or leaves the one that is there as it is: `isNew` tells. Nobody ever sees it without its options,
 * and it is on disk when this resolves.
 * Rejects with `VOLUME.NAME`, `VOLUME.OPTIONS`, `VOLUME.PLAIN`, `VOLUME.NO_QUOTA`, `BTRFS.*` and as core's `perform`.
 */
export async function createVolume(
  host: VolumeHost,
  volume: string,
  { signal, ...wanted }: CreateVolumeOptions,
): Promise<{ readonly isNew: boolean }> {
  const path = volumePath(host.settings, volume)
  checkOptions(volume, wanted)
  if (await stands(path, volume)) return { isNew: false }
  const runId = verbRunId(host)
  const hidden = hiddenPath(host.settings, volume, runId)
  const isPlain = wanted.copyOnWrite !== false && wanted.compression === undefined && wanted.size === undefined
  let stored: Promise<void> | undefined
  const work = async (options: CallOptions): Promise<{ readonly isNew: boolean }> => {
    if (await stands(path, volume)) return { isNew: false }
    if (isPlain) await createSubvolume(path, options)
    else {
      await createSubvolume(hidden, options)
      await setOptions(hidden, wanted, options)
      // Somebody who asks for no lock was quicker. A refusal would say that nothing was touched.
      if ((await kindAt(path)) !== 'absent') {
        await deleteSubvolumes([hidden], options)
        await stands(path, volume)
        return { isNew: false }
      }
      await withKernelFailures(`giving ${volume} its name`, async () => renameSync(hidden, path))
    }
    // Meanwhile the journal forgets.
    stored = syncDirectory(host.settings.volumesPath)
    stored.catch(() => undefined)
    return { isNew: true }
  }
  const effect = isPlain ? {} : { effect: discardToken(hidden) }
  const made = await performVerb(host, { verb: 'create', volume, locked: [volume], ...effect, work }, { signal, runId })
  await withKernelFailures(`writing ${volume}`, async () => stored)
  return made
}

function checkOptions(volume: string, { copyOnWrite, compression, size }: VolumeOptions): void {
  const refused = (why: string): SalvageError =>
    new SalvageError('VOLUME.OPTIONS', `volume ${JSON.stringify(volume)} cannot be made so`, { why, untouched: true })
  if (copyOnWrite === false && compression !== undefined)
    throw refused('what is not copied on write cannot be compressed')
  if (size !== undefined && !(Number.isSafeInteger(size) && size > 0))
    throw refused(`the size ${String(size)} is no number of bytes`)
}

/** Whether the volume is there. Rejects with `VOLUME.PLAIN` when something else is. */
async function stands(path: string, volume: string): Promise<boolean> {
  const kind = await kindAt(path)
  if (kind === 'other') throw notSubvolume(volume)
  return kind === 'subvolume'
}

async function setOptions(
  path: string,
  { copyOnWrite = true, compression, size }: VolumeOptions,
  options: CallOptions,
): Promise<void> {
  if (!copyOnWrite) await runCommand('chattr', ['+C', '--', path], options)
  if (compression !== undefined)
    await runCommand('btrfs', ['property', 'set', '--', path, 'compression', compression], options)
  if (size !== undefined) await limitSize(path, size, options)
}
