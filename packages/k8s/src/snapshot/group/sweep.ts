import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Metadata } from '../../resource/resource.ts'
import { CUT } from '../key.ts'
import { GROUP_PERMISSIONS } from '../permission.ts'
import { HOUR_MS } from '../sweep-settings.ts'
import type { SweepSettings } from '../sweep-settings.ts'
import { unmarkClaim } from './claim-mark.ts'
import { isDone } from './group.ts'
import { groupKind } from './group-kind.ts'
import { isMemberOf } from './member.ts'
import { membersWith, removeGroup } from './remove-group.ts'

/** As a run id begins: when the run began. */
const BEGAN = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)z-/

/**
 * Removes groups of which nobody needs a member any more, however it was removed, and those of runs that nobody knows that have no
 * kept one; and takes the labels of such runs off claims. Does nothing where this user may make no groups.
 */
export async function sweepGroups(
  cluster: Cluster,
  namespace: string,
  settings: SweepSettings,
  options: CallOptions,
): Promise<void> {
  if ((await cluster.missing(namespace, GROUP_PERMISSIONS, options)).length > 0) return
  const kind = await groupKind(cluster, options)
  if (kind === undefined) return
  const groups: Metadata[] = []
  const scope = { namespace, labelSelector: `${CUT.role}=group` }
  for await (const { metadata } of cluster.listMetadata(kind, scope, options)) groups.push(metadata)
  const snapshots: Metadata[] = []
  if (groups.length > 0)
    for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, { namespace }, options))
      if ((metadata.ownerReferences ?? []).length > 0) snapshots.push(metadata)
  const ends = await Promise.allSettled([
    ...groups.map(async (group) =>
      sweepGroup(cluster, kind, { group, members: snapshots.filter(isMemberOf(group.uid)) }, settings, options),
    ),
    sweepClaims(cluster, namespace, settings, options),
  ])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function sweepGroup(
  cluster: Cluster,
  kind: ResourceKind,
  { group, members }: { readonly group: Metadata; readonly members: readonly Metadata[] },
  { isKnown, now, olderThanMs = HOUR_MS, goneMs }: SweepSettings,
  options: CallOptions,
): Promise<void> {
  const standing = members.filter(({ deletionTimestamp }) => deletionTimestamp === undefined)
  const isEmpty = members.length > 0 && standing.length === 0
  const isOld = now.getTime() - Date.parse(group.creationTimestamp ?? '') >= olderThanMs
  const isNobodys = async (): Promise<boolean> => {
    if (!isOld || standing.some(isKept) || (await isKnown(group.labels?.[CUT.runId] ?? ''))) return false
    // A run that ended since they were listed may have kept one; nobody but that run does.
    const since = await membersWith(cluster, group.namespace ?? '', isMemberOf(group.uid), options)
    return !since.some(isKept)
  }
  if (isDone(group) || isEmpty || (await isNobodys())) await removeGroup(cluster, kind, group, { ...options, goneMs })
}

function isKept({ labels }: Metadata): boolean {
  return labels?.[CUT.kept] !== undefined
}

/** A label has no time of its own: that of its run counts. */
async function sweepClaims(
  cluster: Cluster,
  namespace: string,
  { isKnown, now, olderThanMs = HOUR_MS }: SweepSettings,
  options: CallOptions,
): Promise<void> {
  const scope = { namespace, labelSelector: CUT.group }
  for await (const { metadata } of cluster.listMetadata(KINDS.claim, scope, options)) {
    const value = metadata.labels?.[CUT.group] ?? ''
    const [, year, month, day, hour, minute, second] = BEGAN.exec(value) ?? []
    if (year === undefined) continue
    const began = Date.parse(`${year}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`)
    if (!(now.getTime() - began >= olderThanMs) || (await isKnown(value.replace(/-t\d+$/, '')))) continue
    await unmarkClaim(cluster, { namespace, name: metadata.name }, value, options)
  }
}
