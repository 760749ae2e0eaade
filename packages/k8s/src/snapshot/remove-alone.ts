import { isSalvageError } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { removeOwn } from './removal.ts'
import type { RemovalOptions } from './removal.ts'
import { endProtection } from './source-protection.ts'

const SOON_MS = 5000

/** Removes a snapshot that nothing else makes or holds, and waits until it is gone. */
export async function removeAlone(
  cluster: Cluster,
  at: ObjectName & { readonly namespace: string },
  isOwn: (metadata: Metadata) => boolean,
  options: RemovalOptions,
): Promise<void> {
  try {
    await removeOwn(cluster, KINDS.volumeSnapshot, at, isOwn, { ...options, goneMs: SOON_MS })
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'CSI.STUCK') throw error
    await endProtection(cluster, at, isOwn, options)
    await removeOwn(cluster, KINDS.volumeSnapshot, at, isOwn, options)
  }
}
