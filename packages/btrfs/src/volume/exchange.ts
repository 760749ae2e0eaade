import { renameSync } from 'node:fs'
import { deadline } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { snapshotSubvolume, deleteSubvolumes, syncFileSystem } from '../subvolume/subvolume.ts'
import { placesOf } from './restore-token.ts'
import { limitOf, limitSize } from './quota.ts'
import type { RestoreToken } from './restore-token.ts'
import { markSafety } from './safety.ts'

/** What is left to do after the exchange must not be cut off by whoever asked for the restore. */
const CLEAR_MS = 120_000

/** Makes ready beside the volume what it shall hold, with the same limit of its size, then saves what it holds. The volume is not touched. */
export async function prepareExchange(token: RestoreToken, from: string, options: CallOptions): Promise<void> {
  const { volume, fresh, safety } = placesOf(token)
  await snapshotSubvolume(from, fresh, { ...options, writable: true })
  // A cut has the limit that there was when it was made.
  const limit = await limitOf(token.volumesPath, token.volume, options)
  if (limit !== undefined) await limitSize(fresh, limit, options)
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
  await syncFileSystem(token.volumesPath, { signal })
  if (safety !== undefined) await deleteSubvolumes([old], { signal })
}
