import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions, RestNote, SnapshotRef } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster } from '../../client/cluster.ts'
import { labelValue } from '../../label/label-value.ts'
import { KINDS } from '../../resource/kind.ts'
import type { Metadata, Resource } from '../../resource/resource.ts'
import { claimOf } from '../claim-of.ts'
import { CUT } from '../key.ts'
import { cutMarks } from '../manifest.ts'
import { groupName, snapshotName } from '../name.ts'
import { cutToken, readNote, snapshotParts } from '../schema.ts'
import { until } from '../until.ts'
import { isGroup } from './group.ts'
import { groupKind } from './group-kind.ts'

const MEMBER_MS = 60_000
const restNotes: z.ZodType<readonly RestNote[]> = z.array(
  z.object({ workload: z.string(), quiescer: z.string(), note: z.json() }),
)

/** Where a snapshot is. */
export interface Place {
  readonly namespace: string
  readonly name: string
}

/**
 * Where the snapshot of a ref is. That of a group has a name that its controller gave it: it is found by its claim, and marked as
 * one that was cut alone. Idempotent. Rejects with `CSI.NOT_TAKEN`.
 */
export async function cutPlace(cluster: Cluster, ref: SnapshotRef, options: CallOptions): Promise<Place> {
  const { namespace } = claimOf(ref.source)
  if (ref.together === undefined) return { namespace, name: snapshotName(ref) }
  return (await markedMember(cluster, ref, options)) ?? adopted(cluster, ref, ref.together, options)
}

/** The member of a group that is marked as that of a ref. */
export async function markedMember(
  cluster: Cluster,
  { id, source }: Pick<SnapshotRef, 'id' | 'source'>,
  options: CallOptions,
): Promise<Place | undefined> {
  const { namespace } = claimOf(source)
  const scope = { namespace, labelSelector: `${CUT.snapshot}=${labelValue(id)},${CUT.role}=cut` }
  for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, scope, options))
    return { namespace, name: metadata.name }
  return undefined
}

/** Whether a snapshot is a member of the group with this uid. */
export function isMemberOf(uid: string | undefined): (metadata: Metadata) => boolean {
  return ({ ownerReferences = [] }) => ownerReferences.some((owner) => owner.uid === uid)
}

async function adopted(cluster: Cluster, ref: SnapshotRef, together: string, options: CallOptions): Promise<Place> {
  const { namespace, name: claim } = claimOf(ref.source)
  const at = { namespace, name: groupName(together) }
  const kind = await groupKind(cluster, options)
  const group = kind === undefined ? undefined : await cluster.get(kind, at, options)
  if (group === undefined || !isGroup(together)(group.metadata)) throw notTaken(ref, `there is no group ${at.name}`)
  const isMember = isMemberOf(group.metadata.uid)
  const look = async (limit: CallOptions): Promise<Resource | undefined> => {
    for await (const one of cluster.list(KINDS.volumeSnapshot, { namespace }, limit))
      if (isMember(one.metadata) && claimName(one) === claim) return one
    return undefined
  }
  using limit = deadline(MEMBER_MS, options.signal)
  let member: Resource
  try {
    member = await until(async () => look(limit), limit)
  } catch (error) {
    options.signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw notTaken(ref, `the group ${at.name} has no snapshot of this claim`)
  }
  const notes = readNote(restNotes, group.metadata.annotations?.[CUT.rest]) ?? []
  const { labels, annotations } = cutMarks(ref, cutToken.parse(ref.token).claim, notes)
  const place = { namespace, name: member.metadata.name }
  const body = { metadata: { labels, annotations } }
  await cluster.patch(KINDS.volumeSnapshot, place, { type: 'merge', body }, options)
  return place
}

function claimName(snapshot: Resource): string | undefined {
  return snapshotParts.parse(snapshot).spec.source.persistentVolumeClaimName
}

function notTaken({ target }: SnapshotRef, why: string): SalvageError {
  return new SalvageError('CSI.NOT_TAKEN', `there is no snapshot of ${target}`, { why })
}
