import { renameSync } from 'node:fs'
import { deadline } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { together } from '../command/together.ts'
import { snapshotSubvolume, deleteSubvolumes } from '../subvolume/subvolume.ts'
import { syncDirectory } from '../subvolume/sync-directory.ts'
import { placesOf } from './restore-token.ts'
import { limitOf, limitSize } from './quota.ts'
import type { RestoreToken } from './restore-token.ts'
import { markSafety } from './safety.ts'

/** What is left to do after the exchange must not be cut off by whoever asked for the restore. */
const CLEAR_MS = 120_000

/**
 * Makes ready beside the volume what it shall hold, with the same limit of its size, and saves what it holds. The volume is not
 * touched. Both are cut at once: the kernel writes once for both.
 */
export async function prepareExchange(token: RestoreToken, from: string, options: CallOptions): Promise<void> {
  await together([makeFresh(token, from, options), save(token, options)])
}

async function makeFresh(token: RestoreToken, from: string, options: CallOptions): Promise<void> {
  const { fresh } = placesOf(token)
  await snapshotSubvolume(from, fresh, { ...options, writable: true })
  // A cut has the limit that there was when it was made.
  const limit = await limitOf(token.volumesPath, token.volume, options)
  if (limit !== undefined) await limitSize(fresh, limit, options)
}

async function save(token: RestoreToken, options: CallOptions): Promise<void> {
  const { volume, safety } = placesOf(token)
  if (token.safety === null || safety === undefined) return
  await markSafety(token, token.safety)
  await snapshotSubvolume(volume, safety, options)
}

/**
 * Gives the prepared content the volume's name, in two renames between which nothing else happens here, and removes the
 * former content. On disk when it resolves.
 */
export async function exchange(token: RestoreToken): Promise<void> {
  const { volume, fresh, old, safety } = placesOf(token)
  await withKernelFailures(`the exchange of ${token.volume}`, async () => {
    if (safety !== undefined) renameSync(volume, old)
    renameSync(fresh, volume)
  })
  using patience = deadline(CLEAR_MS)
  const { signal } = patience
  // At once: what is on the disk of a file system is of one moment, and the removal comes after the renames.
  await together([
    withKernelFailures(`writing the exchange of ${token.volume}`, async () => syncDirectory(token.volumesPath)),
    safety === undefined ? undefined : deleteSubvolumes([old], { signal }),
  ])
}
