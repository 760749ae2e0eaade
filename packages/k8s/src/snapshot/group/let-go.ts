import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions, SnapshotRef } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { lackingRights } from '../../client/rights.ts'
import { labelValue } from '../../label/label-value.ts'
import { KINDS } from '../../resource/kind.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Metadata, Resource } from '../../resource/resource.ts'
import { claimOf } from '../claim-of.ts'
import { CUT } from '../key.ts'
import { groupName } from '../name.ts'
import { GROUP_PERMISSIONS } from '../permission.ts'
import type { RemovalOptions } from '../removal.ts'
import { statusOf } from '../status.ts'
import { unmarkClaim } from './claim-mark.ts'
import { goneKey, isDone, isOurs } from './group.ts'
import { GROUP, groupKind } from './group-kind.ts'
import { markedMember } from './member.ts'
import type { Place } from './member.ts'
import { removeGroup, removeRest } from './remove-group.ts'

/** A member and its group. */
export interface Membership {
  readonly group: Place
  /** As its label has it. */
  readonly snapshot: string
  /** Absent: not known, or not there yet. */
  readonly member?: Place
}

/** The group that a snapshot of this package goes with. */
export function ownerOf({ namespace = '', name, labels, ownerReferences = [] }: Metadata): Membership | undefined {
  const owner = ownerReferences.find(({ kind }) => kind === GROUP)
  const snapshot = labels?.[CUT.snapshot]
  if (owner === undefined || snapshot === undefined) return undefined
  return { group: { namespace, name: owner.name }, snapshot, member: { namespace, name } }
}

/**
 * Takes the label off the claim of a ref and says that its member is not needed, whether it was cut or not. Resolves with a
 * snapshot that is still to be removed: one whose group is gone already.
 */
export async function dropMember(
  cluster: Cluster,
  ref: SnapshotRef,
  together: string,
  options: RemovalOptions,
): Promise<Place | undefined> {
  const { namespace, name } = claimOf(ref.source)
  await unmarkClaim(cluster, { namespace, name }, labelValue(together), options)
  const member = await markedMember(cluster, ref, options)
  const group = { namespace, name: groupName(together) }
  const known = member === undefined ? {} : { member }
  const went = await letMemberGo(cluster, { group, snapshot: labelValue(ref.id), ...known }, options)
  return went ? undefined : member
}

/**
 * Writes on a group that one member is not needed any more. The last one takes the group with it, and what that holds: this is
 * waited for. Before, a member only begins to go: its controller lets none go alone. Idempotent, and side by side: who writes last
 * sees all. False when there is no such group of this package, or its kind is not served any more; of one that is gone the rest is
 * removed. Rejects with `CSI.RIGHTS` where groups may not be seen or changed.
 */
export async function letMemberGo(cluster: Cluster, membership: Membership, options: RemovalOptions): Promise<boolean> {
  const kind = await groupKind(cluster, options)
  if (kind === undefined) return false
  try {
    return await letGoOf(cluster, kind, membership, options)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.FORBIDDEN') throw error
    const { namespace, name } = membership.group
    const message = `removing a snapshot of the group ${namespace}/${name} takes rights that this user does not have`
    const missing = new Map([[namespace, await cluster.missing(namespace, GROUP_PERMISSIONS, options)]])
    throw await lackingRights(cluster, missing, { code: 'CSI.RIGHTS', message }, options)
  }
}

async function letGoOf(
  cluster: Cluster,
  kind: ResourceKind,
  { group: at, snapshot, member }: Membership,
  options: RemovalOptions,
): Promise<boolean> {
  const group = await cluster.get(kind, at, options)
  // Whoever removed it may have died before its members were gone, marked or not.
  if (group === undefined) await removeRest(cluster, at, options)
  if (group === undefined || !isOurs(group.metadata)) return false
  const after = await noted(cluster, kind, group, snapshot, options)
  if (after === undefined) return false
  if (isDone(after.metadata)) await removeGroup(cluster, kind, after.metadata, options)
  else if (member !== undefined) await beginToGo(cluster, member, snapshot, options)
  return true
}

async function noted(
  cluster: Cluster,
  kind: ResourceKind,
  group: Resource,
  snapshot: string,
  options: CallOptions,
): Promise<Resource | undefined> {
  const { namespace = '', name, annotations = {} } = group.metadata
  const key = goneKey(snapshot)
  if (annotations[key] !== undefined) return group
  const body = { metadata: { annotations: { [key]: 'yes' } } }
  return cluster.patch(kind, { namespace, name }, { type: 'merge', body }, options)
}

async function beginToGo(cluster: Cluster, at: Place, snapshot: string, options: CallOptions): Promise<void> {
  const found = await cluster.get(KINDS.volumeSnapshot, at, options)
  const { uid, labels, deletionTimestamp } = found?.metadata ?? {}
  if (found === undefined || uid === undefined || labels?.[CUT.snapshot] !== snapshot) return
  // One that its controller does not know as a member yet would go, and leave its content.
  if (deletionTimestamp !== undefined || statusOf(found).volumeGroupSnapshotName === undefined) return
  await cluster.remove(KINDS.volumeSnapshot, at, { ...options, uid })
}
