import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Metadata } from '../../resource/resource.ts'
import { CUT } from '../key.ts'
import { removeAlone } from '../remove-alone.ts'
import { removeOwn } from '../removal.ts'
import type { RemovalOptions } from '../removal.ts'
import { settled } from '../settled.ts'
import { GROUP } from './group-kind.ts'
import { isMemberOf } from './member.ts'
import type { Place } from './member.ts'

/** Removes a group with all of its members, and waits until they are gone. */
export async function removeGroup(
  cluster: Cluster,
  kind: ResourceKind,
  { namespace = '', name, uid }: Metadata,
  options: RemovalOptions,
): Promise<void> {
  const isIt = (metadata: Metadata): boolean => metadata.uid === uid
  await settled(cluster, kind, { namespace, name }, isIt, options)
  const members = await membersWith(cluster, namespace, isMemberOf(uid), options)
  await removeOwn(cluster, kind, { namespace, name }, isIt, options)
  await removeMembers(cluster, members, options)
}

/** Removes what is left of a group that is gone, by its name, and waits until it is gone too. */
export async function removeRest(cluster: Cluster, { namespace, name }: Place, options: RemovalOptions): Promise<void> {
  const isLeft = ({ ownerReferences = [] }: Metadata): boolean =>
    ownerReferences.some((owner) => owner.kind === GROUP && owner.name === name)
  await removeMembers(cluster, await membersWith(cluster, namespace, isLeft, options), options)
}

/** The snapshots of a namespace of whose metadata this is true. */
export async function membersWith(
  cluster: Cluster,
  namespace: string,
  is: (metadata: Metadata) => boolean,
  options: CallOptions,
): Promise<readonly Metadata[]> {
  const members: Metadata[] = []
  for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, { namespace }, options))
    if (is(metadata)) members.push(metadata)
  return members
}

async function removeMembers(cluster: Cluster, members: readonly Metadata[], options: RemovalOptions): Promise<void> {
  await Promise.all(
    members.map(async ({ namespace = '', name, uid }) => {
      // One that has waited for its group for long is looked at again only much later, unless it changes.
      const body = { metadata: { annotations: { [`${CUT.gone}group`]: 'yes' } } }
      await cluster.patch(KINDS.volumeSnapshot, { namespace, name }, { type: 'merge', body }, options)
      await removeAlone(cluster, { namespace, name }, (metadata) => metadata.uid === uid, options)
    }),
  )
}
