import type { Cluster } from '../../client/cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Metadata } from '../../resource/resource.ts'
import { CUT } from '../key.ts'
import { removeAlone } from '../remove-alone.ts'
import { removeOwn } from '../removal.ts'
import type { RemovalOptions } from '../removal.ts'
import { settled } from '../settled.ts'
import { isMemberOf } from './member.ts'

/** Removes a group with all of its members, and waits until they are gone. */
export async function removeGroup(
  cluster: Cluster,
  kind: ResourceKind,
  { namespace = '', name, uid }: Metadata,
  options: RemovalOptions,
): Promise<void> {
  const isIt = (metadata: Metadata): boolean => metadata.uid === uid
  await settled(cluster, kind, { namespace, name }, isIt, options)
  const members: Metadata[] = []
  for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, { namespace }, options))
    if (isMemberOf(uid)(metadata)) members.push(metadata)
  await removeOwn(cluster, kind, { namespace, name }, isIt, options)
  await Promise.all(
    members.map(async (member) => {
      const at = { namespace, name: member.name }
      // One that has waited for its group for long is looked at again only much later, unless it changes.
      const body = { metadata: { annotations: { [`${CUT.gone}group`]: 'yes' } } }
      await cluster.patch(KINDS.volumeSnapshot, at, { type: 'merge', body }, options)
      await removeAlone(cluster, at, (metadata) => metadata.uid === member.uid, options)
    }),
  )
}
