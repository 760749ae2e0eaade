import type { SnapshotRef } from '@salvage-kit/core'
import { labelValue } from '../label/label-value.ts'
import type { Metadata } from '../resource/resource.ts'
import { CUT } from './key.ts'

/** Whether an object was made for this snapshot ref. */
export function isOf({ id }: Pick<SnapshotRef, 'id'>): (metadata: Metadata) => boolean {
  return ({ labels }) => labels?.[CUT.snapshot] === labelValue(id)
}

/** The labels of what is made for a snapshot ref. */
export function ownLabels(
  { id, runId }: Pick<SnapshotRef, 'id' | 'runId'>,
  role: 'cut' | 'exposure' | 'former' | 'fresh',
): { readonly [key: string]: string } {
  return { [CUT.runId]: labelValue(runId), [CUT.snapshot]: labelValue(id), [CUT.role]: role }
}
