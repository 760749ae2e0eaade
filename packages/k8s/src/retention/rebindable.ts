import { SalvageError, type CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster } from '../client/cluster.ts'
import { isMark, OWN } from '../label/key.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'

/** A content whose snapshot is gone, with what a new pair takes. */
export interface Rebindable {
  readonly name: string
  readonly uid: string
  readonly namespace: string
  /** The name that its snapshot had. */
  readonly snapshot: string
  readonly handle: string
  readonly driver: string
  readonly className: string
  readonly volumeMode?: string
  readonly labels: { readonly [key: string]: string }
  readonly annotations: { readonly [key: string]: string }
}

const contentSpec = z.looseObject({
  deletionPolicy: z.enum(['Delete', 'Retain']),
  driver: z.string(),
  volumeSnapshotClassName: z.string().optional(),
  sourceVolumeMode: z.string().optional(),
  volumeSnapshotRef: z.looseObject({ namespace: z.string(), name: z.string(), uid: z.string().optional() }),
})
const contentStatus = z.looseObject({ snapshotHandle: z.string().optional() })
const status = z.looseObject({
  boundVolumeSnapshotContentName: z.string().optional(),
  readyToUse: z.boolean().optional(),
  error: z.looseObject({ message: z.string().optional() }).optional(),
})

/** What is read of snapshots and contents here. */
export const snapshotStatus: {
  readonly read: (snapshot: Resource | undefined) => { readonly isReady: boolean; readonly trouble?: string }
  readonly referenceOf: (content: Resource) => string | undefined
} = {
  read(snapshot) {
    const { readyToUse, error } = status.safeParse(snapshot?.status ?? {}).data ?? {}
    return { isReady: readyToUse === true, ...(error?.message === undefined ? {} : { trouble: error.message }) }
  },
  referenceOf: (content) => contentSpec.safeParse(content.spec).data?.volumeSnapshotRef.name,
}

/** Looks at a content and at everything that a rebinding needs; changes nothing. For its errors see `rebind`. */
export async function rebindable(cluster: Cluster, name: string, options: CallOptions): Promise<Rebindable> {
  const content = await cluster.get(KINDS.volumeSnapshotContent, { name }, options)
  if (content === undefined) throw refuse('REBIND.NO_CONTENT', `there is no content ${name}`)
  const { deletionPolicy, driver, volumeSnapshotClassName, sourceVolumeMode, volumeSnapshotRef } = contentSpec.parse(
    content.spec,
  )
  const { namespace, name: snapshot, uid } = volumeSnapshotRef
  const handle = contentStatus.safeParse(content.status ?? {}).data?.snapshotHandle
  if (handle === undefined || handle === '')
    throw refuse('REBIND.NO_HANDLE', `content ${name} does not say which snapshot of its storage it is`)
  if (volumeSnapshotClassName === undefined || volumeSnapshotClassName === '')
    throw refuse('REBIND.NO_CLASS', `content ${name} has no class`, 'write volumeSnapshotClassName into it')
  if (deletionPolicy !== 'Retain' || content.metadata.deletionTimestamp !== undefined)
    throw refuse(
      'REBIND.POLICY',
      `content ${name} would take its storage along when it goes`,
      'set its deletionPolicy to Retain, if it is not being removed already',
    )
  const standing = await cluster.get(KINDS.volumeSnapshot, { namespace, name: snapshot }, options)
  if (standing !== undefined && (uid === undefined || uid === '' || standing.metadata.uid === uid))
    throw refuse('REBIND.IN_USE', `content ${name} is that of snapshot ${namespace}/${snapshot}, which stands`)
  const space = await cluster.get(KINDS.namespace, { name: namespace }, options)
  if (space === undefined || space.metadata.deletionTimestamp !== undefined)
    throw refuse('REBIND.NO_NAMESPACE', `there is no namespace ${namespace}`, 'create it first')
  const { labels, annotations, uid: own = '' } = content.metadata
  return {
    name,
    uid: own,
    namespace,
    snapshot,
    handle,
    driver,
    className: volumeSnapshotClassName,
    ...(sourceVolumeMode === undefined ? {} : { volumeMode: sourceVolumeMode }),
    labels: ours(labels),
    annotations: ours(annotations),
  }
}

function refuse(code: string, message: string, hint?: string): SalvageError {
  return new SalvageError(code, message, { untouched: true, ...(hint === undefined ? {} : { hint }) })
}

/** Never those of others: a snapshot that has labels of an installer is removed with what was installed. */
function ours(marks: { readonly [key: string]: string } = {}): { readonly [key: string]: string } {
  return Object.fromEntries(
    Object.entries(marks).filter(([key]) => isMark(key) && key !== OWN.policyWas && key !== OWN.reboundFrom),
  )
}
