import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { ResourceKind } from '../../resource/kind.ts'

/** What groups of snapshots are called in owner references. */
export const GROUP = 'VolumeGroupSnapshot'
const API = 'groupsnapshot.storage.k8s.io'
const VERSIONS = ['v1', 'v1beta2', 'v1beta1']
const served = new WeakMap<Cluster, ResourceKind>()

/** Groups of snapshots in one version of their API. */
export function groupKindOf(version: string): ResourceKind {
  return { group: API, version, kind: GROUP, plural: 'volumegroupsnapshots', namespaced: true }
}

/** Groups of snapshots as the API serves them; undefined where it does not. What it serves is asked for once. */
export async function groupKind(cluster: Cluster, options: CallOptions): Promise<ResourceKind | undefined> {
  const known = served.get(cluster)
  if (known !== undefined) return known
  const version = await cluster.served(API, VERSIONS, options)
  if (version === undefined) return undefined
  const kind = groupKindOf(version)
  served.set(cluster, kind)
  return kind
}

/** The classes of such groups. */
export function groupClassKind({ version }: ResourceKind): ResourceKind {
  return {
    ...groupKindOf(version),
    kind: 'VolumeGroupSnapshotClass',
    plural: 'volumegroupsnapshotclasses',
    namespaced: false,
  }
}
