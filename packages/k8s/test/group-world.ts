import type { ClaimSource } from '@salvage-kit/core'
import type { Cluster } from '../src/client/cluster.ts'
import { KINDS } from '../src/resource/kind.ts'
import type { Resource } from '../src/resource/resource.ts'
import { groupClassKind, groupKindOf } from '../src/snapshot/group/group-kind.ts'
import { fakeCluster, type FakeCluster } from './fake-cluster.ts'

export const GROUPS: ReturnType<typeof groupKindOf> = groupKindOf('v1')
const IN_GROUP = 'snapshot.storage.kubernetes.io/volumesnapshot-in-group-protection'
const CREATED = '2026-11-21T08:00:05Z'
const signal = new AbortController().signal

/** A cluster in memory that serves groups of snapshots, with the controllers that make and remove their members. */
export interface GroupWorld {
  readonly fake: FakeCluster
  /** As a process meets it: a new one each time. */
  readonly process: () => Cluster
  readonly sources: readonly [ClaimSource, ClaimSource]
  /** Snapshots, groups, claims that show a snapshot, and labels of groups on claims. */
  readonly leftovers: () => readonly string[]
  /** Lets controllers look again at what they have put off. */
  readonly later: () => Promise<void>
}

/** Two claims of one class, whose driver has a default class of groups. */
export function groupWorld(): GroupWorld {
  const fake = fakeCluster('ns')
  const sources = [claim(fake, 'one'), claim(fake, 'two')] as const
  const storage = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'one' }
  fake.put(KINDS.storageClass, { ...storage, metadata: { name: 'fast' } })
  fake.put(KINDS.volumeSnapshotClass, classOf('single', 'VolumeSnapshotClass', 'snapshot.storage.kubernetes.io'))
  fake.put(groupClassKind(GROUPS), classOf('groups', 'VolumeGroupSnapshotClass', 'groupsnapshot.storage.kubernetes.io'))
  fake.after = async ({ verb, kind, name = '' }) => {
    if (kind.plural === KINDS.volumeSnapshot.plural && verb === 'create') cut(fake, name)
    if (kind.plural === KINDS.volumeSnapshot.plural && verb === 'patch') await removeLeft(fake, name)
    if (kind.plural !== GROUPS.plural) return
    if (verb === 'create') cutAll(fake, name)
    if (verb === 'remove') removeMembers(fake)
  }
  return {
    fake,
    sources,
    later: async () => removeLeft(fake),
    process: () => ({ ...fake, served: async () => 'v1' }),
    leftovers: () => [
      ...fake.all(KINDS.volumeSnapshot).map(({ metadata }) => metadata.name),
      ...fake.all(GROUPS).map(({ metadata }) => metadata.name),
      ...fake
        .all(KINDS.claim)
        .flatMap(({ metadata: { name, labels = {} } }) =>
          labels['salvage-kit.io/role'] === undefined && labels['salvage-kit.io/group'] === undefined ? [] : [name],
        ),
    ],
  }
}

function claim(fake: FakeCluster, name: string): ClaimSource {
  const { metadata } = fake.put(KINDS.claim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'ns', name },
    spec: { storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  })
  return { medium: 'pvc', namespace: 'ns', name, ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) }
}

function classOf(name: string, kind: string, prefix: string): Resource {
  const annotations = { [`${prefix}/is-default-class`]: 'true' }
  return { apiVersion: 'v1', kind, metadata: { name, annotations }, driver: 'one', deletionPolicy: 'Delete' }
}

function cut(fake: FakeCluster, name: string): void {
  for (const one of fake.all(KINDS.volumeSnapshot))
    if (one.metadata.name === name)
      fake.put(KINDS.volumeSnapshot, { ...one, status: { creationTime: CREATED, readyToUse: true } })
}

function cutAll(fake: FakeCluster, name: string): void {
  const group = fake.all(GROUPS).find(({ metadata }) => metadata.name === name)
  if (group === undefined) return
  const { uid = '', labels = {} } = group.metadata
  for (const { metadata } of fake.all(KINDS.claim)) {
    if (metadata.labels?.['salvage-kit.io/group'] !== labels['salvage-kit.io/group']) continue
    fake.put(KINDS.volumeSnapshot, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: {
        namespace: 'ns',
        name: `snapshot-of-${metadata.name}-${uid}`,
        finalizers: [IN_GROUP],
        ownerReferences: [{ apiVersion: 'groupsnapshot.storage.k8s.io/v1', kind: GROUPS.kind, name, uid }],
      },
      spec: { source: { persistentVolumeClaimName: metadata.name } },
      status: { creationTime: CREATED, readyToUse: true, restoreSize: '1Gi', volumeGroupSnapshotName: name },
    })
  }
  fake.put(GROUPS, { ...group, status: { creationTime: CREATED, readyToUse: true } })
}

/** Members go with their group, and never alone; when it is gone their controller looks at them only when they change. */
function removeMembers(fake: FakeCluster): void {
  for (const one of orphans(fake))
    if (one.metadata.deletionTimestamp === undefined)
      fake.put(KINDS.volumeSnapshot, { ...one, metadata: { ...one.metadata, deletionTimestamp: CREATED } })
}

async function removeLeft(fake: FakeCluster, which?: string): Promise<void> {
  for (const one of orphans(fake)) {
    const { name, deletionTimestamp } = one.metadata
    if (deletionTimestamp === undefined || (which !== undefined && which !== name)) continue
    fake.put(KINDS.volumeSnapshot, { ...one, metadata: { ...one.metadata, finalizers: [] } })
    await fake.remove(KINDS.volumeSnapshot, { namespace: 'ns', name }, { signal })
  }
}

function orphans(fake: FakeCluster): readonly Resource[] {
  const groups = new Set(fake.all(GROUPS).map(({ metadata }) => metadata.uid))
  return fake
    .all(KINDS.volumeSnapshot)
    .filter(
      ({ metadata: { ownerReferences = [] } }) =>
        ownerReferences.length > 0 && !ownerReferences.some(({ uid }) => groups.has(uid)),
    )
}
