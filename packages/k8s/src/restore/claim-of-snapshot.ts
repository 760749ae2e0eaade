import { SalvageError, type CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { shapeOfSnapshot } from '../provision/shape.ts'
import { KINDS } from '../resource/kind.ts'
import type { Manifest } from '../resource/resource.ts'
import { sizeUnknown } from '../snapshot/expose.ts'
import { claimManifest } from '../snapshot/manifest.ts'
import { larger } from '../snapshot/quantity.ts'
import { statusOf } from '../snapshot/status.ts'

/** A claim that is wanted of a snapshot of its namespace. */
export interface ClaimWish {
  readonly namespace: string
  readonly snapshot: string
  /** The name of the new claim. */
  readonly claim: string
  /** Absent: that of the claim that was cut, else the default one of the cluster. */
  readonly storageClass?: string
}

/**
 * A claim that begins with the content of a snapshot: as large as the snapshot and the claim that was cut, with its access modes
 * and its volume mode, as far as they are known. Makes nothing. Rejects with `CLAIM.NO_SNAPSHOT`, `CSI.NOT_READY`, `CSI.SIZE`.
 */
export async function claimOfSnapshot(
  cluster: Cluster,
  { namespace, snapshot, claim, storageClass }: ClaimWish,
  options: CallOptions,
): Promise<Manifest> {
  options.signal.throwIfAborted()
  const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name: snapshot }, options)
  if (found === undefined)
    throw new SalvageError('CLAIM.NO_SNAPSHOT', `there is no snapshot ${namespace}/${snapshot}`, { untouched: true })
  const { readyToUse, restoreSize, error } = statusOf(found)
  if (readyToUse !== true)
    throw new SalvageError('CSI.NOT_READY', `the snapshot ${namespace}/${snapshot} is not ready`, {
      ...(error?.message === undefined ? {} : { why: error.message }),
      untouched: true,
    })
  const shape = await shapeOfSnapshot(cluster, found, storageClass === undefined ? {} : { storageClass }, options)
  const size = larger(restoreSize, shape.size)
  if (size === undefined) throw sizeUnknown(`${namespace}/${snapshot}`)
  return claimManifest({ namespace, name: claim }, shape, { size, snapshot })
}
