import { renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, JournalledEffect } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { syncDirectory } from '../subvolume/sync-directory.ts'
import { createSubvolume, deleteSubvolumes } from '../subvolume/subvolume.ts'
import type { CreateSubvolumeOptions } from '../subvolume/subvolume.ts'
import { hiddenPath, kindAt, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { limitSize } from './quota.ts'
import { notSubvolume } from './refusal.ts'
import { discardToken, unmakeToken } from './discard-effect.ts'
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
 * Makes an empty volume, or leaves the one that is there as it is: `isNew` tells. None is given away without its
 * options. It is on disk as soon as something in it is: a power cut may lose one in which nothing was made durable.
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
  const { effect, make } = wayOf(wanted, { path, hidden })
  const work = async (options: CallOptions): Promise<{ readonly isNew: boolean }> => {
    if (await stands(path, volume)) return { isNew: false }
    const isNew = await make(options)
    if (!isNew) await stands(path, volume)
    return { isNew }
  }
  const verb = { verb: 'create', volume, locked: [volume], ...(effect === undefined ? {} : { effect }), work }
  return performVerb(host, verb, { signal, runId })
}

/** How a volume is made, and how that is taken back. False: somebody who asks for no lock was quicker. */
interface Way {
  readonly effect?: JournalledEffect
  readonly make: (options: CallOptions) => Promise<boolean>
}

/**
 * One command makes a plain volume. Without copy-on-write it is two, and half of them is nothing that anybody has yet: it is
 * empty. What limits or compresses is set before the volume has its name, or it would be filled without.
 */
function wayOf(wanted: VolumeOptions, { path, hidden }: { readonly path: string; readonly hidden: string }): Way {
  if (wanted.compression === undefined && wanted.size === undefined) {
    const { copyOnWrite = true } = wanted
    const make = async ({ signal }: CallOptions): Promise<boolean> => madeNow(path, { signal, copyOnWrite })
    return copyOnWrite ? { make } : { effect: unmakeToken(path), make }
  }
  const make = async (options: CallOptions): Promise<boolean> => {
    await createSubvolume(hidden, { ...options, copyOnWrite: wanted.copyOnWrite !== false })
    await setOptions(hidden, wanted, options)
    // A refusal would say that nothing was touched.
    if ((await kindAt(path)) !== 'absent') {
      await deleteSubvolumes([hidden], options)
      return false
    }
    await withKernelFailures(`giving ${path} its name`, async () => {
      renameSync(hidden, path)
      // Else what is written and made durable in it might be found under the hidden name after a power cut.
      await syncDirectory(dirname(path))
    })
    return true
  }
  return { effect: discardToken(hidden), make }
}

/** False when it stands already: that one is not ours to take back. */
async function madeNow(path: string, options: CreateSubvolumeOptions): Promise<boolean> {
  try {
    await createSubvolume(path, options)
    return true
  } catch (error) {
    if (isSalvageError(error) && error.code === 'BTRFS.EXISTS') return false
    throw error
  }
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

async function setOptions(path: string, { compression, size }: VolumeOptions, options: CallOptions): Promise<void> {
  if (compression !== undefined)
    await runCommand('btrfs', ['property', 'set', '--', path, 'compression', compression], options)
  if (size !== undefined) await limitSize(path, size, options)
}
