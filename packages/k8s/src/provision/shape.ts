import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, PointOrigin, RestorePoint } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import { shapeOf } from '../snapshot/probe.ts'
import { claimShape, readNote, snapshotParts } from '../snapshot/schema.ts'
import type { ClaimShape } from '../snapshot/schema.ts'
import { placeOf } from './place.ts'

/** Of new claims that nothing else tells. */
export interface PlaceDefaults {
  /** A quantity. */
  readonly size?: string
  /** Absent: that of the claim of the point, else the default one of the cluster. */
  readonly storageClass?: string
  /** Default: those of the claim of the point, else `ReadWriteOnce`. */
  readonly accessModes?: readonly string[]
}

/** The form of a new claim, without a size where nobody knows one. */
export type NewShape = Omit<ClaimShape, 'uid'>

/** Files grow by their metadata when they are written to another file system. */
const ROOM = 1.25
const MEGABYTE = 1_048_576

/** The form of the claim that was cut: as it is noted on the snapshot, else as it stands. */
export async function shapeOfSnapshot(
  cluster: Cluster,
  snapshot: Resource,
  defaults: PlaceDefaults,
  options: CallOptions,
): Promise<NewShape> {
  const { namespace = '', annotations } = snapshot.metadata
  const noted = readNote(claimShape, annotations?.[CUT.claim])
  const name = snapshotParts.safeParse(snapshot).data?.spec.source.persistentVolumeClaimName
  const standing =
    noted ?? (name === undefined ? undefined : await standingShape(cluster, { namespace, name }, options))
  return withDefaults(standing, defaults)
}

/** The form of an empty claim for what is in an archive: as that of its target, if it stands here, else by the defaults. */
export async function shapeOfPoint(
  cluster: Cluster,
  from: PointOrigin | undefined,
  defaults: PlaceDefaults,
  options: CallOptions,
): Promise<NewShape & { readonly size: string }> {
  const standing = from === undefined ? undefined : await targetShape(cluster, from.point, options)
  const shape = withDefaults(standing, defaults)
  const size = defaults.size ?? standing?.size ?? roomFor(from?.point)
  if (size !== undefined) return { ...shape, size }
  throw new SalvageError('CSI.SIZE', 'it is not known how large the new claim must be', {
    why: 'neither the settings nor the restore point say it, and the claim that was backed up is not here',
    hint: 'set a size for new claims',
    untouched: true,
  })
}

function roomFor(point: RestorePoint | undefined): string | undefined {
  if (point?.bytes === undefined) return undefined
  return `${String(Math.ceil((point.bytes * ROOM) / MEGABYTE) + 64)}Mi`
}

async function targetShape(
  cluster: Cluster,
  { target }: RestorePoint,
  options: CallOptions,
): Promise<NewShape | undefined> {
  return target.startsWith('k8s:') ? standingShape(cluster, placeOf(target), options) : undefined
}

/** Of a claim that may be in a namespace that this user does not see: then it tells nothing. */
async function standingShape(
  cluster: Cluster,
  at: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<NewShape | undefined> {
  const missing = await cluster.missing(at.namespace, [GET_CLAIM], options)
  const found = missing.length > 0 ? undefined : await cluster.get(KINDS.claim, at, options)
  return found === undefined ? undefined : shapeOf(found)
}

const GET_CLAIM = { verb: 'get', group: '', resource: 'persistentvolumeclaims' }

function withDefaults(shape: NewShape | undefined, { storageClass, accessModes }: PlaceDefaults): NewShape {
  const chosen = storageClass ?? shape?.storageClass
  return {
    accessModes: [...(accessModes ?? shape?.accessModes ?? ['ReadWriteOnce'])],
    ...(chosen === undefined ? {} : { storageClass: chosen }),
    ...(shape?.volumeMode === undefined ? {} : { volumeMode: shape.volumeMode }),
    ...(shape?.size === undefined ? {} : { size: shape.size }),
  }
}
