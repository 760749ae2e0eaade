import type { Finding, RestorePoint, Store } from '@salvage-kit/core'
import { reference } from '@salvage-kit/core'
import { KEY, OWN } from '../label/key.ts'
import type { Resource } from '../resource/resource.ts'
import { CUT } from './key.ts'
import { storeMark } from './name.ts'
import { keepNote, readNote, snapshotParts } from './schema.ts'
import { statusOf } from './status.ts'

/** The label that the kept snapshots of a store have, as a selector. */
export function keptSelector({ ref }: Store): string {
  return `${CUT.kept}=${storeMark(ref)}`
}

/** A kept snapshot and what its place among others depends on. */
export interface KeptPoint {
  readonly point: RestorePoint
  /** The nominal time of its run: times of cuts are whole seconds. */
  readonly at: string
}

/**
 * The restore point that a kept snapshot is. One without its notes, as after it was rebound, is one all the same. A finding
 * for one that cannot be restored from. It is of no machine: it stands in the cluster, whichever pod or workstation had it cut.
 */
export function pointOf(resource: Resource, { ref }: Store): KeptPoint | Finding {
  const { namespace = '', name, uid = '', labels = {}, annotations = {} } = resource.metadata
  const { creationTime, readyToUse, error } = statusOf(resource)
  if (creationTime === undefined || readyToUse !== true)
    return {
      code: 'CSI.NOT_READY',
      message: `the snapshot ${namespace}/${name} is kept and not ready: nothing can be restored from it`,
      ...(error?.message === undefined ? {} : { why: error.message }),
    }
  const note = readNote(keepNote, annotations[CUT.keep])
  const pvc =
    annotations[OWN.pvc] ??
    snapshotParts.safeParse(resource).data?.spec.source.persistentVolumeClaimName ??
    labels[KEY.pvc] ??
    name
  const runId = labels[CUT.runId]
  return {
    at: note?.at ?? '',
    point: {
      kind: 'snapshot',
      id: `${namespace}/${name}`,
      target: reference(annotations[CUT.target] ?? `k8s:${namespace}/${pvc}`),
      store: ref,
      takenAt: new Date(creationTime).toISOString(),
      state: 'good',
      ...(runId === undefined ? {} : { runId }),
      ...(labels[OWN.hold] === undefined ? {} : { pinned: OWN.hold }),
      token: { namespace, name, uid },
    },
  }
}

/** Oldest first. */
export function byCut(one: KeptPoint, other: KeptPoint): number {
  return (
    compare(one.point.takenAt, other.point.takenAt) ||
    compare(one.at, other.at) ||
    compare(one.point.id, other.point.id)
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
