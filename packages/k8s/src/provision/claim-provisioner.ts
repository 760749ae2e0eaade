import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, PointOrigin, Provisioner, TargetRef } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { clearFillers } from '../crane/remove-jobs.ts'
import { labelValue } from '../label/label-value.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { sizeUnknown } from '../snapshot/expose.ts'
import { CUT } from '../snapshot/key.ts'
import { otherNamespace } from '../snapshot/other-namespace.ts'
import { larger } from '../snapshot/quantity.ts'
import { removeOwn } from '../snapshot/removal.ts'
import { pointToken } from '../snapshot/schema.ts'
import { statusOf } from '../snapshot/status.ts'
import { makeClaim } from './make-claim.ts'
import { placeOf } from './place.ts'
import type { ClaimPlace } from './place.ts'
import { placeToken } from './schema.ts'
import type { PlaceToken } from './schema.ts'
import { shapeOfPoint, shapeOfSnapshot } from './shape.ts'
import type { PlaceDefaults } from './shape.ts'

/** How places are made. */
export interface ProvisionerSettings {
  readonly defaults?: PlaceDefaults
  /** How long the content of a snapshot may take to come into a claim, in milliseconds. Default: six hours. */
  readonly fillMs?: number
  /** How long a removal may wait for others, in milliseconds. Default: one minute. */
  readonly goneMs?: number
}

/**
 * Makes new claims: `k8s:NAMESPACE/CLAIM`. One of a kept snapshot of its own namespace has the content from the start, without
 * a copy. What stands there already is occupied: nothing here sees whether it is empty.
 */
export function claimProvisioner(cluster: Cluster, settings: ProvisionerSettings = {}): Provisioner {
  const { defaults = {}, goneMs } = settings
  return {
    scheme: 'k8s',
    prepare: async (ref, runId, { signal, from }) => {
      signal.throwIfAborted()
      const place = await freePlace(cluster, ref, { signal })
      const shape = await shapeOfPoint(cluster, from, defaults, { signal })
      return { ...place, runId, ...shape } satisfies PlaceToken
    },
    prepareFrom: async (ref, from, runId, { signal }) => {
      signal.throwIfAborted()
      return prepareFrom(cluster, ref, from, runId, defaults, { signal })
    },
    create: async (token, options) => makeClaim(cluster, placeToken.parse(token), settings, options),
    remove: async (token, { signal }) => {
      const { namespace, name, runId } = placeToken.parse(token)
      await clearOwnFillers(cluster, { namespace, name }, isPlaceOf(runId), { signal })
      await removeOwn(cluster, KINDS.claim, { namespace, name }, isPlaceOf(runId), { signal, goneMs })
    },
  }
}

/**
 * A process that died may have left a Job that fills the place. Of a claim that is somebody else's nothing is taken away; who
 * may not look at Jobs has none.
 */
async function clearOwnFillers(
  cluster: Cluster,
  at: ClaimPlace,
  isOwn: (metadata: Metadata) => boolean,
  options: CallOptions,
): Promise<void> {
  const found = await cluster.get(KINDS.claim, at, options)
  if (found !== undefined && !isOwn(found.metadata)) return
  try {
    await clearFillers(cluster, at, options)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.FORBIDDEN') throw error
  }
}

/** Whether a claim was made as a place by this run. */
function isPlaceOf(runId: string): (metadata: Metadata) => boolean {
  return ({ labels }) => labels?.[CUT.role] === 'place' && labels[CUT.runId] === labelValue(runId)
}

async function freePlace(cluster: Cluster, ref: TargetRef, options: CallOptions): Promise<ClaimPlace> {
  const place = placeOf(ref)
  if ((await cluster.get(KINDS.claim, place, options)) === undefined) return place
  throw new SalvageError('RESTORE.OCCUPIED', `there is a claim ${place.namespace}/${place.name} already`, {
    hint: 'take a new name, or restore in place',
    untouched: true,
  })
}

/** Undefined for a point that is no snapshot. Rejects with `RESTORE.UNREADABLE` for one of another namespace. */
async function prepareFrom(
  cluster: Cluster,
  ref: TargetRef,
  { point, store }: PointOrigin,
  runId: string,
  defaults: PlaceDefaults,
  options: CallOptions,
): Promise<PlaceToken | undefined> {
  if (store.crane !== 'csi') return undefined
  const { uid, ...at } = pointToken.parse(point.token)
  const wanted = placeOf(ref)
  if (wanted.namespace !== at.namespace)
    throw otherNamespace(`${at.namespace}/${at.name}`, `${wanted.namespace}/${wanted.name}`)
  const snapshot = await cluster.get(KINDS.volumeSnapshot, at, options)
  const { deletionTimestamp } = snapshot?.metadata ?? {}
  if (snapshot?.metadata.uid !== uid || deletionTimestamp !== undefined)
    throw new SalvageError('RESTORE.POINT_UNKNOWN', `${store.ref} has no snapshot ${point.id}`, { untouched: true })
  const { readyToUse, restoreSize, error } = statusOf(snapshot)
  if (readyToUse !== true)
    throw new SalvageError('CSI.NOT_READY', `the snapshot ${point.id} is not ready`, {
      ...(error?.message === undefined ? {} : { why: error.message }),
      untouched: true,
    })
  const place = await freePlace(cluster, ref, options)
  const shape = await shapeOfSnapshot(cluster, snapshot, defaults, options)
  const size = larger(restoreSize, shape.size) ?? defaults.size
  if (size === undefined) throw sizeUnknown(point.id)
  return { ...place, runId, ...shape, size, snapshot: { name: at.name, uid } }
}
