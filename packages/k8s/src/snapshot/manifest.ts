import type { RestNote, SnapshotRef } from '@salvage-kit/core'
import { birthMarks } from '../label/birth.ts'
import type { Marks } from '../label/birth.ts'
import { dayIn } from '../label/day.ts'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Manifest } from '../resource/resource.ts'
import { claimOf } from './claim-of.ts'
import { CUT } from './key.ts'
import { snapshotName } from './name.ts'
import { ownLabels } from './own.ts'
import { cutToken } from './schema.ts'
import type { ClaimShape } from './schema.ts'
import { readStore } from './settings.ts'

/** The snapshot of a ref. One that is to stay has the marks of backup-ns from the start; tiers it gets when it is ready. */
export function snapshotManifest(ref: SnapshotRef, notes: readonly RestNote[] = []): Manifest {
  const { namespace, name: pvc } = claimOf(ref.source)
  const { claim, snapshotClass } = cutToken.parse(ref.token)
  return {
    apiVersion: apiVersionOf(KINDS.volumeSnapshot),
    kind: KINDS.volumeSnapshot.kind,
    metadata: { namespace, name: snapshotName(ref), ...cutMarks(ref, claim, notes) },
    spec: {
      source: { persistentVolumeClaimName: pvc },
      ...(snapshotClass === undefined ? {} : { volumeSnapshotClassName: snapshotClass }),
    },
  }
}

/** What is written on the snapshot of a ref. */
export function cutMarks(ref: SnapshotRef, claim: ClaimShape, notes: readonly RestNote[]): Marks {
  const { labels, annotations } = marksOf(ref, claimOf(ref.source).name)
  return {
    labels: { ...labels, ...ownLabels(ref, 'cut') },
    annotations: {
      ...annotations,
      [CUT.target]: ref.target,
      [CUT.claim]: JSON.stringify(claim),
      ...(notes.length === 0 ? {} : { [CUT.rest]: JSON.stringify(notes) }),
    },
  }
}

function marksOf({ keep }: SnapshotRef, pvc: string): Marks {
  if (keep === undefined) return { labels: {}, annotations: {} }
  const { retain, type, zone, pod, envConfig } = readStore(keep.store)
  const day = dayIn(zone, new Date(keep.at))
  const { store, at, machine, tide } = keep
  const note = { store: store.ref, at, machine, ...(tide === undefined ? {} : { tide }) }
  const { labels, annotations } = birthMarks({
    pvc,
    type,
    day,
    ...(retain === undefined ? {} : { retain }),
    ...(pod === undefined ? {} : { pod }),
    ...(envConfig === undefined ? {} : { envConfig }),
  })
  return { labels, annotations: { ...annotations, [CUT.keep]: JSON.stringify(note) } }
}

/** A claim that begins with the content of a snapshot, or an empty one. */
export function claimManifest(
  metadata: Manifest['metadata'],
  { storageClass, accessModes, volumeMode }: Omit<ClaimShape, 'uid' | 'size'>,
  { size, snapshot }: { readonly size: string; readonly snapshot?: string },
): Manifest {
  return {
    apiVersion: apiVersionOf(KINDS.claim),
    kind: KINDS.claim.kind,
    metadata,
    spec: {
      accessModes,
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      ...(volumeMode === undefined ? {} : { volumeMode }),
      resources: { requests: { storage: size } },
      ...(snapshot === undefined
        ? {}
        : {
            dataSource: { apiGroup: KINDS.volumeSnapshot.group, kind: KINDS.volumeSnapshot.kind, name: snapshot },
          }),
    },
  }
}
